"""`tfmetric embed`: arrays that anything can read."""

import keras
import numpy as np
from cli.helpers import assert_refused, tfmetric

from tfmetric.data import load_folder


def test_folder(shapes, model, tmp_path):
    output = tmp_path / "new" / "shapes.npz"
    outcome = tfmetric("embed", shapes, "--model", model, "--output", output)
    assert (outcome.code, outcome.out) == (0, f"72 embeddings: {output}\n")
    assert "broken.jpg" in outcome.err
    images = load_folder(shapes, 16)
    network = keras.saving.load_model(model / "model.keras")
    embeddings, codes = network.encode(images.images)
    with np.load(output, allow_pickle=False) as written:
        np.testing.assert_allclose(written["embeddings"], embeddings, atol=1e-5)
        np.testing.assert_array_equal(written["codes"], codes)
        np.testing.assert_array_equal(written["labels"], images.labels)
        assert tuple(written["class_names"]) == images.class_names
        assert tuple(written["paths"]) == images.paths


def test_single_image_equals_its_row_of_the_folder(shapes, model, tmp_path):
    image = shapes / "cross" / "03.png"
    arrays = {}
    for name, source in (("one", image), ("all", shapes)):
        output = tmp_path / f"{name}.npz"
        assert tfmetric("embed", source, "--model", model, "--output", output).code == 0
        arrays[name] = dict(np.load(output, allow_pickle=False))
    row = list(arrays["all"]["paths"]).index(str(image))
    np.testing.assert_allclose(
        arrays["one"]["embeddings"], arrays["all"]["embeddings"][[row]], atol=1e-5
    )
    assert arrays["one"]["labels"].tolist() == [-1]
    assert arrays["one"]["paths"].tolist() == [str(image)]


def test_refuses(shapes, model, tmp_path):
    output = tmp_path / "shapes.npz"
    for image, target, words in (
        (shapes, tmp_path / "shapes.csv", ("end in .npz",)),
        (tmp_path / "none", output, ("none", "does not exist")),
        (shapes / "ring" / "notes.txt", output, ("Expected an image file", "notes.txt")),
        (shapes / "circle" / "broken.jpg", output, ("broken.jpg",)),
        (shapes, model, ("end in .npz",)),
    ):
        outcome = tfmetric("embed", image, "--model", model, "--output", target)
        assert_refused(outcome, *words)
    output.write_text("precious")
    outcome = tfmetric("embed", shapes, "--model", model, "--output", output)
    assert_refused(outcome, "--overwrite", output)
    assert [path.name for path in tmp_path.iterdir()] == ["shapes.npz"]
    assert output.read_text() == "precious"
