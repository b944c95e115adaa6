import numpy as np
import pytest

from tfmetric import encoders, models
from tfmetric.serving import (
    Verification,
    _verify,
    export_saved_model,
    verify_saved_model,
)


def test_a_joint_network_in_another_process(joint, joint_path, images):
    embedding, code = joint.encode(images)
    found = verify_saved_model(joint_path, images, embedding=embedding, code=code)
    assert found.ok and found.codes_equal
    assert found.max_difference <= 1e-5
    assert str(found).startswith("ok: embeddings within ")


def test_networks_on_columns_and_on_texts_in_another_process(tmp_path):
    rows = {
        "size": np.array([1.0, 3.0, 5.0]),
        "count": np.array([7, 7, 2]),
        "city": np.array(["a", "b", "new"], object),
    }
    encoder = encoders.tabular_encoder(rows | {"city": ["a", "b", "b"]}, hidden=[4])
    network = models.JointNetwork(encoder, 3, 8)
    embedding, code = network.encode(rows)
    path = export_saved_model(network, tmp_path / "columns")
    assert verify_saved_model(path, rows, embedding=embedding, code=code).ok

    texts = np.array(["a tree", "house", ""], object)
    network = models.TripletNetwork(encoders.text_encoder(["tree", "house"], dim=4))
    embedding = network.embed(texts)
    path = export_saved_model(network, tmp_path / "texts")
    assert verify_saved_model(path, texts, embedding=embedding).ok
    assert not verify_saved_model(path, texts[::-1], embedding=embedding).ok


@pytest.fixture
def saved(tmp_path, monkeypatch):
    """A folder that is taken for a SavedModel with known outputs."""
    (tmp_path / "saved_model.pb").touch()
    outputs = {
        "embedding": np.float32([[0, 1], [0.5, 0.5]]),
        "code": np.uint8([[3], [7]]),
    }
    monkeypatch.setattr(_verify, "_run_elsewhere", lambda directory, images: outputs)
    return tmp_path


def test_differences_are_found(saved):
    embedding, code = [[0, 1], [0.5, 0.25]], np.uint8([[3], [6]])
    found = verify_saved_model(saved, [[0.0]], embedding=embedding)
    assert found == Verification(max_difference=0.25, codes_equal=None)
    assert not found.ok
    found = verify_saved_model(saved, [[0.0]], code=code)
    assert found == Verification(max_difference=None, codes_equal=False)
    assert str(found) == "not ok: codes differ"
    assert verify_saved_model(saved, [[0.0]], code=np.uint8([[3], [7]])).ok


@pytest.mark.parametrize(("difference", "ok"), [(1e-5, True), (1.1e-5, False)])
def test_tolerance(difference, ok):
    assert Verification(max_difference=difference, codes_equal=True).ok is ok
    assert not Verification(max_difference=float("nan")).ok


def test_codes_must_be_packed(saved):
    assert not verify_saved_model(saved, [[0.0]], code=np.int64([[3], [7]])).ok


def test_bad_input(saved):
    with pytest.raises(ValueError, match="one version"):
        verify_saved_model(saved / "elsewhere", [[0.0]], code=np.uint8([[3]]))
    with pytest.raises(ValueError, match="to compare with"):
        verify_saved_model(saved, [[0.0]])
    with pytest.raises(
        ValueError, match=r"code \(1, 1\). Received: embedding \(2, 2\), code"
    ):
        verify_saved_model(saved, [[0.0]], code=np.uint8([[3]]))


def test_a_failure_elsewhere_is_told(tmp_path, monkeypatch):
    (tmp_path / "saved_model.pb").touch()
    script = tmp_path / "fail.py"
    script.write_text("raise SystemExit('no such signature')")
    monkeypatch.setattr(_verify, "_CHILD", script)
    with pytest.raises(RuntimeError, match="own process:\nno such signature"):
        verify_saved_model(tmp_path, [[0.0]], code=np.uint8([[3]]))
