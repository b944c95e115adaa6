"""`tfmetric train`: what it writes, what it keeps out, and when it refuses."""

import json
import shutil

import keras
import numpy as np
import pytest
from cli.helpers import assert_refused, tfmetric

from tfmetric.cli import _training
from tfmetric.data import load_folder
from tfmetric.evaluation import MatchThreshold

TINY = ("--epochs", 1, "--image-size", 16, "--classes-per-batch", 2, "--per-class", 2)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_writes_a_whole_model_folder(trained):
    _, folder = trained
    assert sorted(contents(folder)) == [
        "distances.png", "model.keras", "neighbours.png", "precision_recall.png",
        "report.html", "report.json", "report.md", "roc.png", "tfmetric.json",
        "training.png",
    ]  # fmt: skip
    assert [path.name for path in folder.parent.iterdir()] == ["model"]
    for picture in ("neighbours.png", "training.png"):
        assert (folder / picture).read_bytes().startswith(b"\x89PNG")


def test_manifest_says_what_the_model_expects(trained, shapes):
    manifest = json.loads((trained[1] / "tfmetric.json").read_text())
    names = manifest["class_names"] + manifest["unseen_classes"]
    assert sorted(names) == sorted(path.name for path in shapes.iterdir())
    assert len(manifest["unseen_classes"]) == 2
    assert (manifest["image_size"], manifest["channels"]) == (16, 3)
    assert (manifest["embedding_dim"], manifest["bits"]) == (12, 20)
    assert manifest["kind"] == "model"


def test_model_loads_without_the_command(trained, shapes):
    network = keras.saving.load_model(trained[1] / "model.keras")
    embeddings, codes = network.encode(load_folder(shapes, 16).images)
    assert embeddings.shape == (72, 12)
    assert codes.shape == (72, 3)


def test_reports_both_tests(trained):
    outcome, folder = trained
    report = json.loads((folder / "report.json").read_text())
    # Of 12 images in each of 4 classes, 2 are held out; 2 classes are unseen.
    assert report["trained classes"]["queries"] == 4 * 2
    assert report["unseen classes"]["queries"] == 2 * 12
    lines = outcome.out.splitlines()
    assert lines[0].split("\t") == ["score", "trained classes", "unseen classes"]
    scored = f"{report['unseen classes']['precision_at_1']:.4f}"
    assert lines[1].split("\t")[0] == "precision@1"
    assert lines[1].split("\t")[2] == scored
    assert lines[-1] == f"model: {folder}"
    assert "among the 40 images that were" in (folder / "report.md").read_text()


def test_calibrates_a_threshold_on_what_was_kept_out(trained, shapes):
    outcome, folder = trained
    images = load_folder(shapes, 16)
    report = json.loads((folder / "report.json").read_text())
    manifest = json.loads((folder / "tfmetric.json").read_text())
    threshold = MatchThreshold.from_dict(manifest["match_threshold"])
    assert (threshold.distance, threshold.rule) == ("cosine", "FAR at most 0.01")
    # 2 images of each of 4 classes and 12 of each of 2 are not trained on: 32 in all.
    assert threshold.same_pairs == 4 * 1 + 2 * 66
    assert threshold.same_pairs + threshold.different_pairs == 32 * 31 // 2
    assert threshold.far <= 0.01
    assert set(report["unseen classes"]["per_class"]) <= set(images.class_names)
    assert f"match threshold: {threshold}" in outcome.out.splitlines()


def test_watches_what_was_kept_out(shapes):
    images = load_folder(shapes, 16)
    split = _training.split_images(images.labels, held_out=0.2, unseen=0.2, seed=0)
    (callback,) = _training.watch(images, split, epochs=40)
    logs = {}
    network = _training.build_network((16, 16, 3), 4, 8, steps=1, seed=0)
    callback.set_params({"epochs": 40})
    callback.set_model(network)
    callback.on_train_begin()
    callback.on_epoch_end(0, logs)
    assert callback.reports[""].queries == len(split.held_out)
    assert callback.reports["unseen"].queries == len(split.unseen)
    assert logs["val_unseen_map_at_r"] == callback.reports["unseen"].map_at_r


def test_watches_unseen_classes_alone_where_too_little_else_is_kept_out(shapes):
    images = load_folder(shapes, 16)
    split = _training.split_images(images.labels, held_out=0.2, unseen=0.2, seed=0)
    few = _training.Split(split.training, split.held_out[:1], split.unseen)
    (callback,) = _training.watch(images, few, epochs=1)
    logs = {}
    callback.set_params({"epochs": 1})
    callback.set_model(_training.build_network((16, 16, 3), 4, 8, steps=1, seed=0))
    callback.on_train_begin()
    callback.on_epoch_end(0, logs)
    assert callback.reports[""].queries == len(split.unseen)
    assert logs["val_unseen_map_at_r"] == callback.reports[""].map_at_r
    none = _training.Split(split.training, split.held_out[:1], split.unseen[:1])
    assert _training.watch(images, none, epochs=1) == []


def test_learns(trained):
    report = json.loads((trained[1] / "report.json").read_text())
    assert report["trained classes"]["precision_at_1"] > 0.5  # by chance: 0.25


def test_names_what_it_skips(trained):
    lines = trained[0].err.splitlines()
    skipped = [line for line in lines if line.startswith("skipped ")]
    assert len(skipped) == 2
    assert "circle/broken.jpg: Expected" in skipped[0]
    assert "ring/notes.txt: Expected an image file" in skipped[1]
    assert "2 files skipped, 72 images read" in lines


def test_existing_output_stays_as_it_is(model, shapes):
    before = contents(model)
    outcome = tfmetric("train", shapes, "--output", model, *TINY)
    assert_refused(outcome, "does not exist yet", "--overwrite", model)
    assert contents(model) == before


@pytest.fixture
def copy(model, tmp_path):
    return shutil.copytree(model, tmp_path / "model")


@pytest.mark.parametrize(
    ("error", "code"), [(KeyboardInterrupt(), 130), (RuntimeError("no memory"), 1)]
)
def test_broken_off_leaves_everything_as_it_was(monkeypatch, copy, shapes, error, code):
    def fail(*_):
        raise error

    before = contents(copy)
    monkeypatch.setattr(_training, "fit", fail)
    for output in (copy, copy.with_name("new")):
        outcome = tfmetric("train", shapes, "--output", output, "--overwrite", *TINY)
        assert outcome.code == code
        assert "Traceback" not in outcome.err
    assert contents(copy) == before
    assert [path.name for path in copy.parent.iterdir()] == ["model"]


def test_overwrites_when_told(copy, shapes, monkeypatch):
    monkeypatch.setattr(_training, "fit", lambda *_: {"loss": [2.0, 1.0]})
    outcome = tfmetric(
        "train", shapes, "--output", copy, "--overwrite", *TINY, "--unseen", 0, "--gray"
    )
    assert outcome.code == 0
    manifest = json.loads((copy / "tfmetric.json").read_text())
    assert len(manifest["class_names"]) == 6
    assert manifest["unseen_classes"] == []
    assert manifest["channels"] == 1
    assert list(json.loads((copy / "report.json").read_text())) == ["trained classes"]


def test_refuses_folders_it_cannot_use(shapes, tmp_path):
    output = tmp_path / "model"
    (tmp_path / "empty").mkdir()
    (tmp_path / "one").mkdir()
    shutil.copytree(shapes / "bar", tmp_path / "one" / "bar")
    for folder, words in (
        (tmp_path / "nowhere", ("does not exist", "nowhere")),
        (shapes / "ring" / "notes.txt", ("notes.txt", "file")),
        (tmp_path / "empty", ("Expected", "one folder for each class")),
        (tmp_path / "one", ("at least two classes", "Received: 1")),
    ):
        outcome = tfmetric("train", folder, "--output", output, *TINY)
        assert_refused(outcome, *words)
    assert not output.exists()


LABELS = np.repeat([4, 1, 7, 3, 9, 5], [6, 5, 1, 8, 5, 2])


def test_split_covers_everything_once():
    split = _training.split_images(LABELS, held_out=0.2, unseen=0.4, seed=3)
    parts = [split.training, split.held_out, split.unseen]
    assert sorted(np.concatenate(parts)) == list(range(len(LABELS)))
    known, strangers = set(LABELS[split.training]), set(LABELS[split.unseen])
    assert len(strangers) == 2
    assert not known & strangers
    assert set(LABELS[split.held_out]) == known - {7}  # which has a single image


@pytest.mark.parametrize("seed", range(5))
def test_unseen_classes_have_something_to_find(seed):
    split = _training.split_images(LABELS, held_out=0.2, unseen=0.2, seed=seed)
    classes, counts = np.unique(LABELS[split.unseen], return_counts=True)
    assert len(classes) == 2  # one of six would be one class, which says nothing
    assert counts.min() > 1


@pytest.mark.parametrize(
    ("labels", "unseen"),
    [(LABELS, 0), (np.repeat(np.arange(4), 3), 0.5), (np.array([0, 0, 1, 2, 3, 4]), 0.5)],
)
def test_no_unseen_classes_when_too_few(labels, unseen):
    split = _training.split_images(labels, held_out=0.2, unseen=unseen, seed=0)
    assert len(split.unseen) == 0


def test_three_classes_stay_for_training():
    labels = np.repeat(np.arange(5), 4)
    split = _training.split_images(labels, held_out=0.5, unseen=0.9, seed=0)
    assert len(set(labels[split.training])) == 3


def test_batches_are_changed_images_of_the_same_size(shapes):
    images = load_folder(shapes, 16)
    batches = _training.make_batches(images, 9, 2, flip=True, seed=0)
    pixels, labels = next(iter(batches))
    assert pixels.shape == (12, 16, 16, 3)
    assert sorted(labels.numpy()) == sorted([*range(6)] * 2)
    same = [(pixels[0].numpy() == image).all() for image in images.images]
    assert not any(same)
    assert len(batches) == 20
