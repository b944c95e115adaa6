"""`tfmetric evaluate`: scores on stdout, the report in a folder."""

import json
import shutil

import keras
import pytest
from cli.helpers import assert_refused, tfmetric

from tfmetric.cli import _evaluate
from tfmetric.cli._model_folder import open_model_folder
from tfmetric.data import load_folder
from tfmetric.evaluation import evaluate_embeddings


@pytest.fixture(scope="module")
def evaluated(shapes, model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluated") / "report"
    outcome = tfmetric("evaluate", shapes, "--model", model, "--output", folder)
    assert outcome.code == 0, outcome.err
    return outcome, folder


def test_writes_report_and_pictures(evaluated):
    folder = evaluated[1]
    assert sorted(path.name for path in folder.iterdir()) == [
        "bits.png", "distances.png", "map.png", "neighbours.png", "precision_recall.png",
        "report.html", "report.json", "report.md", "roc.png", "tfmetric.json", "worst.png",
    ]  # fmt: skip
    assert "| precision@1 |" in (folder / "report.md").read_text()


def test_one_page_holds_all_of_it(evaluated):
    folder = evaluated[1]
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.count('src="data:image/') == len(list(folder.glob("*.png"))) == 7
    assert page.count("<img ") == 7
    assert "<h1>Report of shapes</h1>" in page
    for classes in (6, 4, 2):
        assert f"scores of {classes} classes" in page
    assert len(page) < 5e6


def test_scores_are_those_of_the_library(evaluated, shapes, model):
    images = load_folder(shapes, 16)
    network = keras.saving.load_model(model / "model.keras")
    embeddings, codes = network.encode(images.images)
    threshold = open_model_folder(model).match_threshold()
    report = evaluate_embeddings(
        embeddings, images.labels, codes=codes, bits=20, threshold=threshold
    )
    outcome, folder = evaluated
    sections = json.loads((folder / "report.json").read_text())
    assert [each["queries"] for each in sections.values()] == [72, 48, 24]
    assert list(sections) == ["all images", "trained classes", "new classes"]
    written = sections["all images"]
    assert written["queries"] == 72
    assert written["map_at_r"] == pytest.approx(report.map_at_r, abs=1e-4)
    assert written["code_map"] == pytest.approx(report.code_map, abs=1e-4)
    assert written["at_threshold"] == pytest.approx(report.at_threshold, abs=2e-3)
    assert sorted(written["per_class"]) == sorted(images.class_names)
    *lines, judged, last = outcome.out.splitlines()
    rows = dict(line.split("\t")[:2] for line in lines)
    assert rows["queries"] == "72"
    assert rows["MAP@R"] == f"{written['map_at_r']:.4f}"
    assert "NMI of clusters" not in rows
    assert judged == f"match threshold of the model: {threshold}"
    assert last == f"report: {folder}"


def test_a_model_of_an_earlier_version_has_no_threshold(shapes, model, tmp_path):
    copy = shutil.copytree(model, tmp_path / "model")
    manifest = json.loads((copy / "tfmetric.json").read_text())
    del manifest["match_threshold"]
    (copy / "tfmetric.json").write_text(json.dumps(manifest))
    outcome = tfmetric("evaluate", shapes, "--model", copy, "--clusters")
    lines = outcome.out.splitlines()
    assert lines[-1] == "match threshold of the model: none; train again to calibrate one"
    assert not [line for line in lines[:-1] if "threshold" in line]
    assert [line for line in lines if line.startswith("NMI of clusters\t")]


def test_new_classes_alone_are_not_scored_twice(shapes, model, tmp_path):
    manifest = json.loads((model / "tfmetric.json").read_text())
    for name in manifest["unseen_classes"]:
        (tmp_path / "new" / name).parent.mkdir(exist_ok=True)
        shutil.copytree(shapes / name, tmp_path / "new" / name)
    outcome = tfmetric("evaluate", tmp_path / "new", "--model", model)
    assert outcome.out.startswith("score\tall images\n")
    reported = json.loads((model / "report.json").read_text())["unseen classes"]
    rows = dict(line.split("\t") for line in outcome.out.splitlines()[:-1])
    assert float(rows["MAP@R"]) == pytest.approx(reported["map_at_r"], abs=2e-3)


def test_names_that_mean_something_elsewhere_are_names_here(
    shapes, model, tmp_path, monkeypatch
):
    monkeypatch.setattr(_evaluate, "_draw", lambda *_: [])
    images = tmp_path / "<b>& shapes"
    shutil.copytree(shapes / "bar", images / "<script>alert(1)<")
    shutil.copytree(shapes / "ring", images / "$x^2$ | _ring_")
    outcome = tfmetric("evaluate", images, "--model", model, "--output", tmp_path / "out")
    assert outcome.code == 0, outcome.err
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page and "<b>" not in page
    assert "&lt;script&gt;alert(1)&lt;" in page


def test_prints_alone_without_output(shapes, model, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    outcome = tfmetric("evaluate", shapes, "--model", model)
    assert outcome.code == 0
    assert outcome.out.startswith("score\tall images\ttrained classes\tnew classes\n")
    assert list(tmp_path.iterdir()) == []


def test_refuses(shapes, model, evaluated, tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "bar").symlink_to(shapes / "bar")
    for arguments, words in (
        ((tmp_path / "none", "--model", model), ("none", "does not exist")),
        ((tmp_path / "one", "--model", model), ("Expected",)),
        ((shapes, "--model", model, "--output", evaluated[1]), ("--overwrite",)),
        ((shapes, "--model", model, "--output", shapes), ("does not exist yet",)),
        ((shapes,), ("Missing option '--model'",)),
    ):
        assert_refused(tfmetric("evaluate", *arguments), *words)
