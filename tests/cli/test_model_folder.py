"""A model folder that is not as training left it is refused, in words."""

import json
import shutil

import pytest
from cli.helpers import assert_refused, tfmetric

from tfmetric.cli._model_folder import open_model_folder


@pytest.fixture
def copy(model, tmp_path):
    return shutil.copytree(model, tmp_path / "model")


def edit(folder, **changes):
    manifest = json.loads((folder / "tfmetric.json").read_text()) | changes
    known = {name: value for name, value in manifest.items() if value is not None}
    (folder / "tfmetric.json").write_text(json.dumps(known))


def test_settings_come_back(model):
    opened = open_model_folder(model)
    assert (opened.settings.image_size, opened.settings.channels) == (16, 3)
    assert (opened.settings.embedding_dim, opened.settings.bits) == (12, 20)
    assert len(opened.settings.class_names) == 4


def test_changed_network(copy):
    with (copy / "model.keras").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ValueError, match="model.keras.* missing or changed"):
        open_model_folder(copy)


def test_missing_network(copy):
    (copy / "model.keras").unlink()
    with pytest.raises(ValueError, match="missing or changed"):
        open_model_folder(copy)


@pytest.mark.parametrize("key", ["image_size", "bits", "sha256", "class_names"])
def test_missing_setting(copy, key):
    edit(copy, **{key: None})
    with pytest.raises(ValueError, match=f"no '{key}' in it"):
        open_model_folder(copy)


def test_threshold_that_is_none(copy, shapes):
    opened = open_model_folder(copy)
    assert opened.match_threshold().to_dict() == opened.threshold
    edit(copy, match_threshold={"threshold": 0.5})
    outcome = tfmetric("evaluate", shapes, "--model", copy)
    assert_refused(outcome, "Expected a threshold", "Received: {'threshold': 0.5}")


def test_network_that_cannot_be_loaded(copy, shapes, tmp_path):
    import hashlib

    (copy / "model.keras").write_bytes(b"of another age")
    edit(copy, sha256=hashlib.sha256(b"of another age").hexdigest(), tfmetric="0.0.1")
    output = tmp_path / "out.npz"
    outcome = tfmetric("embed", shapes, "--model", copy, "--output", output)
    assert_refused(outcome, "train it again", copy, "made by tfmetric 0.0.1")
    assert not output.exists()


@pytest.mark.parametrize("verb", ["embed", "index", "evaluate"])
def test_no_model_there(verb, shapes, index, tmp_path):
    output = tmp_path / "out.npz"
    for folder, word in (
        (tmp_path / "none", "which is no folder"),
        (shapes, "without tfmetric.json"),
        (index, "which is an index"),
    ):
        outcome = tfmetric(verb, shapes, "--model", folder, "--output", output)
        assert_refused(outcome, "Expected the folder of a model", folder, word)
    assert not output.exists()
