"""Folders and files that appear whole or not at all, and only where nothing is lost."""

import json

import pytest

from tfmetric.cli._output import (
    new_file,
    new_folder,
    read_manifest,
    write_manifest,
)


def make(path, text, overwrite=False, kind="model"):
    with new_folder(path, kind, overwrite) as part:
        (part / "data.txt").write_text(text)
        write_manifest(part, kind, {"note": text})


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_folder_takes_its_place_with_its_parents(tmp_path):
    make(tmp_path / "a" / "b", "first")
    assert names(tmp_path / "a") == ["b"]
    assert names(tmp_path / "a" / "b") == ["data.txt", "tfmetric.json"]
    manifest = read_manifest(tmp_path / "a" / "b", "model")
    assert (manifest["note"], manifest["files"]) == ("first", ["data.txt"])


def test_nothing_remains_of_a_failure(tmp_path):
    make(tmp_path / "old", "first")
    for path in (tmp_path / "old", tmp_path / "new"):
        with (
            pytest.raises(ZeroDivisionError),
            new_folder(path, "model", overwrite=True) as part,
        ):
            (part / "data.txt").write_text("half")
            1 / 0  # noqa: B018
    assert names(tmp_path) == ["old"]
    assert (tmp_path / "old" / "data.txt").read_text() == "first"


def test_existing_folder_is_refused_then_replaced_when_told(tmp_path):
    path = tmp_path / "model"
    make(path, "first")
    with pytest.raises(ValueError, match="Expected an output that does not exist yet"):
        make(path, "second")
    assert (path / "data.txt").read_text() == "first"
    make(path, "second", overwrite=True)
    assert (path / "data.txt").read_text() == "second"
    assert names(tmp_path) == ["model"]


def test_folder_that_appears_meanwhile_is_refused(tmp_path):
    path = tmp_path / "model"
    with (
        pytest.raises(ValueError, match="does not exist yet"),
        new_folder(path, "model"),
    ):
        make(path, "somebody else's")
    assert (path / "data.txt").read_text() == "somebody else's"
    assert names(tmp_path) == ["model"]


def test_empty_folder_may_be_overwritten(tmp_path):
    (tmp_path / "model").mkdir()
    make(tmp_path / "model", "first", overwrite=True)
    assert (tmp_path / "model" / "data.txt").read_text() == "first"


def test_link_is_followed(tmp_path):
    make(tmp_path / "real", "first")
    (tmp_path / "link").symlink_to("real")
    make(tmp_path / "link", "second", overwrite=True)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "data.txt").read_text() == "second"


def foreign(path):
    path.mkdir()
    (path / "thesis.txt").write_text("years of work")


def with_notes(path):
    make(path, "first")
    (path / "thesis.txt").write_text("years of work")


def of_another_kind(path):
    make(path, "first", kind="index")
    (path / "thesis.txt").write_text("years of work")


def inside_a_file(path):
    path.mkdir()
    (path / "thesis.txt").write_text("years of work")
    (path / "tfmetric.json").write_text("{not json")


@pytest.mark.parametrize("prepare", [foreign, with_notes, of_another_kind, inside_a_file])
def test_overwriting_never_takes_what_is_not_ours(prepare, tmp_path):
    prepare(tmp_path / "folder")
    with pytest.raises(ValueError, match="Expected .* tfmetric wrote"):
        make(tmp_path / "folder", "second", overwrite=True)
    assert (tmp_path / "folder" / "thesis.txt").read_text() == "years of work"


def test_file_takes_its_place_and_is_not_overwritten_unasked(tmp_path):
    path = tmp_path / "a" / "numbers.npz"
    with new_file(path) as part:
        assert part.suffix == ".npz"
        part.write_text("first")
        assert not path.exists()
    with pytest.raises(ValueError, match="does not exist yet"), new_file(path):
        pass
    with (
        pytest.raises(ZeroDivisionError),
        new_file(path, overwrite=True) as part,
    ):
        part.write_text("half")
        1 / 0  # noqa: B018
    assert path.read_text() == "first"
    with new_file(path, overwrite=True) as part:
        part.write_text("second")
    assert path.read_text() == "second"
    assert names(path.parent) == ["numbers.npz"]


def test_file_in_the_place_of_a_folder_is_refused(tmp_path):
    with (
        pytest.raises(ValueError, match="Received: folder"),
        new_file(tmp_path, overwrite=True),
    ):
        pass


@pytest.mark.parametrize("text", ["{", "[]", "{}", "3"])
def test_damaged_manifest(text, tmp_path):
    (tmp_path / "tfmetric.json").write_text(text)
    with pytest.raises(ValueError, match="tfmetric.json is damaged"):
        read_manifest(tmp_path, "model")


def test_manifest_of_another_kind(tmp_path):
    (tmp_path / "tfmetric.json").write_text(json.dumps({"kind": "index"}))
    with pytest.raises(ValueError, match="folder of a model .*, which is an index"):
        read_manifest(tmp_path, "model")
