"""`tfmetric evaluate`: scores on stdout, the report in a folder."""

import json

import keras
import pytest
from cli.helpers import assert_refused, tfmetric

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
        "map.png", "neighbours.png", "report.json", "report.md", "tfmetric.json",
    ]  # fmt: skip
    assert "| precision@1 |" in (folder / "report.md").read_text()


def test_scores_are_those_of_the_library(evaluated, shapes, model):
    images = load_folder(shapes, 16)
    network = keras.saving.load_model(model / "model.keras")
    embeddings, codes = network.encode(images.images)
    report = evaluate_embeddings(embeddings, images.labels, codes=codes, bits=20)
    outcome, folder = evaluated
    written = json.loads((folder / "report.json").read_text())["all images"]
    assert written["queries"] == 72
    assert written["map_at_r"] == pytest.approx(report.map_at_r, abs=1e-4)
    assert written["code_map"] == pytest.approx(report.code_map, abs=1e-4)
    rows = dict(line.split("\t") for line in outcome.out.splitlines()[:-1])
    assert rows["queries"] == "72"
    assert rows["MAP@R"] == f"{written['map_at_r']:.4f}"
    assert outcome.out.splitlines()[-1] == f"report: {folder}"


def test_prints_alone_without_output(shapes, model, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    outcome = tfmetric("evaluate", shapes, "--model", model)
    assert outcome.code == 0
    assert outcome.out.startswith("score\tall images\n")
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
