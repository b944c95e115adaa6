"""`tfmetric hash-length`: what it measures, writes and recommends, and what it refuses."""

import json

import numpy as np
import pytest
from cli.helpers import assert_refused, tfmetric

from tfmetric.cli import _hash_length, _training
from tfmetric.evaluation import CodeLength, recommended_length

TINY = (
    "--epochs", 1, "--image-size", 16, "--embedding-dim", 12, "--classes-per-batch", 4,
    "--per-class", 3,
)  # fmt: skip


@pytest.fixture(scope="module")
def measured(shapes, tmp_path_factory):
    """What `tfmetric hash-length` printed, and the folder it made."""
    folder = tmp_path_factory.mktemp("lengths") / "report"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_hash_length, "_SCANNED", 1000)
        patch.setattr(_hash_length, "_TIMED_RUNS", 2)
        patch.setattr(_training, "_HEAD_STEPS", 30)
        outcome = tfmetric(
            "hash-length", shapes, "--output", folder, "--bits", "20, 4", *TINY
        )
    assert outcome.code == 0, outcome.err
    return outcome, folder


def test_writes_a_whole_report(measured):
    _, folder = measured
    assert sorted(path.name for path in folder.iterdir()) == [
        "code_length.png", "report.json", "report.md", "tfmetric.json",
    ]  # fmt: skip
    assert [path.name for path in folder.parent.iterdir()] == ["report"]
    assert (folder / "code_length.png").read_bytes().startswith(b"\x89PNG")


def test_numbers_of_each_length(measured):
    short, long = json.loads((measured[1] / "report.json").read_text())
    assert (short["bits"], short["bytes"]) == (4, 1)
    assert (long["bits"], long["bytes"]) == (20, 3)
    for row in (short, long):
        tests = [row["trained classes"], row["unseen classes"]]
        assert row["milliseconds"] > 0
        assert row["mean_code_map"] == np.mean([test["code_map"] for test in tests])
        # Of 12 images in each of 4 classes, 2 are held out; 2 classes are unseen.
        assert [test["queries"] for test in tests] == [4 * 2, 2 * 12]
        assert [test["candidates"] for test in tests] == [10, 11]
        for test in tests:
            kept = test["two_stage_map_at_r"] / test["float_map_at_r"]
            assert test["retention"] == pytest.approx(kept)
    assert (
        short["unseen classes"]["float_map_at_r"]
        == (
            long["unseen classes"]["float_map_at_r"]  # of one embedding
        )
    )


def test_recommends_by_the_rule(measured):
    outcome, folder = measured
    rows = [
        CodeLength(row["bits"], row["mean_code_map"])
        for row in json.loads((folder / "report.json").read_text())
    ]
    best = recommended_length(rows, 0.01)
    advice = f"recommended: {best.bits} bits, the fewest with code MAP within 0.01"
    assert outcome.out.splitlines()[-2].startswith(advice)
    assert advice in (folder / "report.md").read_text()
    manifest = json.loads((folder / "tfmetric.json").read_text())
    assert manifest["recommended_bits"] == best.bits
    assert manifest["kind"] == "code-length report"


def test_prints_a_line_for_each_length(measured):
    outcome, folder = measured
    lines = [line.split("\t") for line in outcome.out.splitlines()]
    assert lines[0][:3] == ["bits", "bytes an item", "ms a query"]
    assert [line[:2] for line in lines[1:3]] == [["4", "1"], ["20", "3"]]
    _, long = json.loads((folder / "report.json").read_text())
    assert lines[2][3] == f"{long['trained classes']['code_map']:.4f}"
    assert lines[2][6] == f"{long['unseen classes']['retention']:.1%}"
    assert " | ".join(lines[2]) in (folder / "report.md").read_text()
    assert outcome.out.splitlines()[-1] == f"report: {folder}"
    reached = f"MAP@R of the embeddings {long['unseen classes']['float_map_at_r']:.4f}"
    for text in (outcome.err, (folder / "report.md").read_text()):
        (line,) = [
            each for each in text.splitlines() if "unseen classes: 24 images" in each
        ]
        assert line.endswith(reached)


def test_heads_learn_and_repeat_themselves(monkeypatch):
    """Two clusters an angle apart; the seed decides everything else."""
    monkeypatch.setattr(_training, "_HEAD_STEPS", 20)
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1], 12)
    vectors = np.float32(generator.normal(size=(24, 5)) / 9)
    vectors[:12, 0] += 1
    vectors[12:, 1] += 1
    codes = [
        _training.train_head(vectors, labels, 6, 9, seed=3).packed_codes(vectors)
        for _ in range(2)
    ]
    np.testing.assert_array_equal(*codes)
    within = np.bitwise_count(codes[0][:12] ^ codes[0][:1]).max()
    across = np.bitwise_count(codes[0][12:] ^ codes[0][:1]).min()
    assert within < across


@pytest.mark.parametrize("bits", ["", "8,", "8,8", "0,8", "8,-4", "many", "8.5"])
def test_refuses_lengths_that_are_none(shapes, tmp_path, bits):
    output = tmp_path / "report"
    outcome = tfmetric("hash-length", shapes, "--output", output, "--bits", bits)
    assert_refused(outcome, "--bits", repr(bits))
    assert not output.exists()


def test_existing_output_stays_as_it_is(measured, model, shapes):
    _, folder = measured
    outcome = tfmetric("hash-length", shapes, "--output", folder, *TINY)
    assert_refused(outcome, "does not exist yet", folder)
    outcome = tfmetric("hash-length", shapes, "--output", model, "--overwrite", *TINY)
    assert_refused(outcome, "a code-length report", "which is a model")
