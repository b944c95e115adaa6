"""`tfmetric export`: numbered versions, none of them half-written or unverified."""

import pytest
from cli.helpers import assert_refused, tfmetric

from tfmetric import serving


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="module")
def exported(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported") / "saved_models" / "shapes"
    outcome = tfmetric("export", "--model", model, "--output", folder, "--no-verify")
    assert outcome.code == 0, outcome.err
    return outcome, folder


def test_writes_the_first_version_and_says_how_to_serve_it(exported):
    outcome, folder = exported
    assert (folder / "1" / "saved_model.pb").is_file()
    assert outcome.out.startswith(f"saved model: {folder / '1'}\n")
    assert f"--model_name=shapes \\\n    --model_base_path={folder}\n" in outcome.out
    assert "verified" not in outcome.out


@pytest.fixture
def verification(monkeypatch):
    """Lets the verification find what a test wants; its cost is another TensorFlow."""
    seen = {}

    def verify(directory, images, *, embedding, code):
        assert (directory / "saved_model.pb").is_file()
        seen.update(directory=directory, shapes=(images.shape, embedding.shape, code.shape))
        return seen["found"]

    monkeypatch.setattr(serving, "verify_saved_model", verify)
    return seen


def test_next_version_appears_once_verified(model, tmp_path, verification):
    verification["found"] = serving.Verification(max_difference=0.0, codes_equal=True)
    (tmp_path / "7").mkdir()
    outcome = tfmetric("export", "--model", model, "--output", tmp_path)
    assert outcome.code == 0, outcome.err
    assert names(tmp_path) == ["7", "8"]
    assert (tmp_path / "8" / "saved_model.pb").is_file()
    assert verification["directory"] != tmp_path / "8"
    (count, *image), embedding, code = verification["shapes"]
    assert (image, embedding, code) == ([16, 16, 3], (count, 12), (count, 3))
    assert "\nverified: ok: " in outcome.out


def test_leaves_nothing_that_gives_other_outputs(model, tmp_path, verification):
    verification["found"] = serving.Verification(max_difference=0.5, codes_equal=False)
    outcome = tfmetric("export", "--model", model, "--output", tmp_path)
    assert outcome.code == 1
    assert "gives other outputs" in outcome.err
    assert names(tmp_path) == []


def test_refuses(exported, model, index, tmp_path):
    folder = exported[1]
    for arguments, words in (
        (("--model", model, "--output", folder, "--version", 1), ("--version", "1")),
        (("--model", model, "--output", folder, "--version", 0), ("--version",)),
        (("--model", index, "--output", folder), ("which is an index",)),
        (("--model", tmp_path / "none", "--output", folder), ("no folder",)),
        (("--model", model), ("Missing option '--output'",)),
    ):
        assert_refused(tfmetric("export", *arguments), *words)
    assert names(folder) == ["1"]
