import json

import cv2
import keras
import numpy as np
import pytest
import tensorflow as tf

from tfmetric import __version__, encoders, models
from tfmetric.serving import _export, export_saved_model


def signatures_of(path):
    return tf.saved_model.load(str(path)).signatures


def outputs_of(signature, **inputs):
    found = signature(**{name: tf.constant(values) for name, values in inputs.items()})
    return {name: value.numpy() for name, value in found.items()}


@pytest.fixture(scope="module")
def served(joint_path):
    return signatures_of(joint_path)


def test_signatures_of_a_joint_network(served):
    assert set(served) == {"serving_default", "embedding", "binary_code", "from_bytes"}
    spec = tf.TensorSpec((None, 6, 5, 3), tf.float32, name="images")
    assert served["serving_default"].structured_input_signature == ((), {"images": spec})
    outputs = served["serving_default"].structured_outputs
    assert outputs["embedding"].shape.as_list() == [None, 5]
    assert outputs["code"].shape.as_list() == [None, 2]
    assert outputs["code"].dtype == tf.uint8


def test_outputs_are_those_of_the_network(joint, served, images):
    expected = joint(images)
    outputs = outputs_of(served["serving_default"], images=images)
    np.testing.assert_allclose(outputs["embedding"], expected["embedding"], atol=1e-6)
    codes = np.packbits(expected["code"].numpy() > 0, axis=1)
    assert len(np.unique(codes)) > 1
    np.testing.assert_array_equal(outputs["code"], codes)


def test_each_output_alone(served, images):
    both = outputs_of(served["serving_default"], images=images)
    for signature, name in {"embedding": "embedding", "binary_code": "code"}.items():
        alone = outputs_of(served[signature], images=images)
        assert set(alone) == {name}
        np.testing.assert_array_equal(alone[name], both[name])


def test_from_bytes_decodes_and_resizes(joint, served, images):
    whole = images[0].astype(np.uint8)
    # Twice the size, every pixel four times: averaging areas gives the pixel back.
    large = whole.repeat(2, axis=0).repeat(2, axis=1)
    files = [
        cv2.imencode(".png", image[..., ::-1])[1].tobytes() for image in (whole, large)
    ]
    gray = np.full((6, 5), 40, np.uint8)
    files.append(cv2.imencode(".jpg", gray)[1].tobytes())
    outputs = outputs_of(served["from_bytes"], image_bytes=files)
    expected = joint(np.stack([images[0], images[0], np.full((6, 5, 3), 40, np.float32)]))
    np.testing.assert_allclose(outputs["embedding"], expected["embedding"], atol=1e-6)
    codes = np.packbits(expected["code"].numpy() > 0, axis=1)
    np.testing.assert_array_equal(outputs["code"], codes)


def test_empty_batches(served, images):
    for inputs in ({"images": images[:0]}, {"image_bytes": np.array([], object)}):
        name = "serving_default" if "images" in inputs else "from_bytes"
        outputs = outputs_of(served[name], **inputs)
        assert outputs["embedding"].shape == (0, 5) and outputs["code"].shape == (0, 2)


def test_description(joint_path):
    found = json.loads((joint_path / "assets.extra" / "tfmetric.json").read_text())
    assert found == {
        "network": "JointNetwork",
        "name": "joint_network",
        "outputs": ["embedding", "code"],
        "input_shape": [6, 5, 3],
        "embedding_dim": 5,
        "bits": 12,
        "tfmetric": __version__,
    }


def test_embedding_network_by_hand(tmp_path):
    model = models.EmbeddingNetwork(
        keras.Sequential([keras.layers.Flatten()]), embedding_dim=2
    )
    model(np.zeros((1, 2), np.float32))
    model.project.set_weights([np.float32([[0, 1], [1, 0]]), np.zeros(2, np.float32)])
    served = signatures_of(export_saved_model(model, tmp_path))
    assert set(served) == {"serving_default", "embedding"}
    outputs = outputs_of(served["serving_default"], images=np.float32([[6, 8], [0, -2]]))
    assert set(outputs) == {"embedding"}
    np.testing.assert_allclose(outputs["embedding"], [[0.8, 0.6], [-1, 0]], atol=1e-6)


def test_hashing_network_takes_images_of_any_size(tmp_path):
    encoder = keras.Sequential([keras.Input((None, None, 1)), keras.layers.Conv2D(4, 3)])
    model = models.HashingNetwork(encoder, bits=9)
    model(np.zeros((2, 5, 5, 1), np.float32))
    served = signatures_of(export_saved_model(model, tmp_path))
    assert set(served) == {"serving_default", "binary_code"}
    for size in ((4, 7), (9, 3)):
        images = np.random.default_rng(1).normal(size=(3, *size, 1)).astype(np.float32)
        outputs = outputs_of(served["serving_default"], images=images)
        assert set(outputs) == {"code"}
        np.testing.assert_array_equal(outputs["code"], model.packed_codes(images))


def test_tuple_network_in_half_precision_exports_its_encoder(tmp_path):
    encoder = keras.Sequential([keras.layers.Dense(3, dtype="mixed_float16")])
    model = models.TripletNetwork(encoder)
    vectors = np.random.default_rng(2).normal(size=(4, 6)).astype(np.float32)
    model([vectors, vectors, vectors])
    path = export_saved_model(model, tmp_path)
    outputs = outputs_of(signatures_of(path)["serving_default"], images=vectors)
    assert set(outputs) == {"embedding"} and outputs["embedding"].dtype == np.float32
    np.testing.assert_allclose(outputs["embedding"], model.embed(vectors), atol=1e-2)
    description = json.loads((path / "assets.extra" / "tfmetric.json").read_text())
    assert description["network"] == "TripletNetwork"


def small_network():
    model = models.EmbeddingNetwork(
        keras.Sequential([keras.layers.Flatten()]), embedding_dim=2
    )
    model(np.zeros((1, 2), np.float32))
    return model


def test_versions_count_up_and_are_never_overwritten(tmp_path, capsys):
    (tmp_path / "notes").mkdir()
    model = small_network()
    first = export_saved_model(model, tmp_path)
    assert first == tmp_path / "1"
    (tmp_path / "9").mkdir()
    assert export_saved_model(model, tmp_path) == tmp_path / "10"
    assert capsys.readouterr().out == ""
    before = (first / "saved_model.pb").read_bytes()
    with pytest.raises(ValueError, match="not there yet"):
        export_saved_model(model, tmp_path, version=1)
    assert (first / "saved_model.pb").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"1", "9", "10", "notes"}


def test_a_failure_leaves_nothing_behind(tmp_path, monkeypatch):
    def fail(model, names, folder):
        assert (folder.parent / "saved_model.pb").exists()
        assert folder.parent.name.startswith(".")
        raise OSError("disk full")

    monkeypatch.setattr(_export, "_write_description", fail)
    with pytest.raises(OSError, match="disk full"):
        export_saved_model(small_network(), tmp_path)
    assert not list(tmp_path.iterdir())


def test_models_that_cannot_be_exported(tmp_path):
    with pytest.raises(ValueError, match="call the model or fit it first"):
        export_saved_model(models.JointNetwork(), tmp_path)
    with pytest.raises(ValueError, match="network of tfmetric.models.*Sequential"):
        export_saved_model(keras.Sequential(), tmp_path)
    with pytest.raises(ValueError, match="version"):
        export_saved_model(small_network(), tmp_path, version=0)
    assert not list(tmp_path.iterdir())


def test_texts_and_columns_have_their_own_names_and_types(tmp_path):
    texts = models.EmbeddingNetwork(encoders.text_encoder(["tree"], dim=2), 3)
    texts.embed(["a tree"])
    served = signatures_of(export_saved_model(texts, tmp_path / "texts"))
    assert set(served) == {"serving_default", "embedding"}
    spec = tf.TensorSpec((None,), tf.string, name="texts")
    assert served["serving_default"].structured_input_signature == ((), {"texts": spec})

    rows = {"size": np.array([1.0, 3.0]), "city": np.array(["a", "b"], object)}
    columns = models.EmbeddingNetwork(encoders.tabular_encoder(rows, hidden=[4]), 3)
    columns.embed(rows)
    path = export_saved_model(columns, tmp_path / "columns")
    found = signatures_of(path)["serving_default"].structured_input_signature
    expected = {
        "size": tf.TensorSpec((None,), tf.float32, name="size"),
        "city": tf.TensorSpec((None,), tf.string, name="city"),
    }
    assert found == ((), expected)
    description = json.loads((path / "assets.extra" / "tfmetric.json").read_text())
    assert description["input_shape"] == {"size": [], "city": []}


def test_an_encoder_of_whole_numbers_is_served_whole_numbers(tmp_path, images):
    layers = [keras.Input((6, 5, 3), dtype="uint8"), keras.layers.Rescaling(1 / 255)]
    encoder = keras.Sequential([*layers, keras.layers.Flatten()])
    network = models.EmbeddingNetwork(encoder, 3)
    small = images[:2].astype(np.uint8)
    embedding = network.embed(small)
    served = signatures_of(export_saved_model(network, tmp_path))
    found = outputs_of(served["serving_default"], images=small)["embedding"]
    np.testing.assert_allclose(found, embedding, atol=1e-6)
    files = [cv2.imencode(".png", image[..., ::-1])[1].tobytes() for image in small]
    found = outputs_of(served["from_bytes"], image_bytes=files)["embedding"]
    np.testing.assert_allclose(found, embedding, atol=1e-6)
