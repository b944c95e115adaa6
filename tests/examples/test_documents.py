"""The documents' snippets run, and what they train gets better."""

import pathlib
import runpy

import numpy as np
import pytest

FOLDER = pathlib.Path(__file__).parents[2] / "examples" / "documents"


def run(name):
    return runpy.run_path(str(FOLDER / name))


def test_every_snippet_is_listed_and_tested():
    scripts = {path.name for path in FOLDER.glob("*.py")}
    listed = (FOLDER / "README.md").read_text()
    assert all(f"`{name}`" in listed for name in scripts)
    assert scripts == {
        "augmentation.py",
        "deep_hashing.py",
        "dual_model_retrieval.py",
        "joint_training.py",
        "quadruplet.py",
        "siamese.py",
        "similarity.py",
        "triplet.py",
    }


def test_similarity():
    found = run("similarity.py")
    assert found["similarity"] == pytest.approx(8 / 9)
    assert found["between"]["manhattan"] == pytest.approx(2)
    assert found["words"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("script", "histories"),
    [
        ("siamese.py", ["history", "similarity_history", "difference_history"]),
        ("triplet.py", ["history"]),
        ("quadruplet.py", ["history", "standard_history"]),
        ("joint_training.py", ["history"]),
    ],
)
def test_training_lowers_the_loss(script, histories):
    found = run(script)
    for name in histories:
        loss = found[name].history["loss"]
        assert loss[-1] < loss[0]


def test_triplet_brings_positives_nearer():
    assert run("triplet.py")["accuracy"] > 0.8


def test_deep_hashing_gives_bits():
    found = run("deep_hashing.py")
    np.testing.assert_array_equal(np.unique(found["binary_code"]), [-1, 1])
    assert found["packed"].shape == (len(found["images"]), 4)
    loss = found["history"].history["loss"]
    assert loss[-1] < loss[0]


def test_dual_model_retrieval_finds_the_same_digit():
    found = run("dual_model_retrieval.py")
    assert found["found"].mean() > 0.5
    assert found["accuracy"] > 0.5


def test_augmentation_keeps_the_image_an_image():
    found = run("augmentation.py")
    assert found["jittered"].shape == (64, 64, 3)
    assert found["jittered"].dtype == np.uint8
