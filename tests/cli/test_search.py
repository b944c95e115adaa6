"""`tfmetric index` and `tfmetric search`: an image finds itself, then its like."""

import json
import shutil

import pytest
from cli.helpers import assert_refused, tfmetric


def search_json(*arguments):
    outcome = tfmetric("search", *arguments, "--json")
    assert outcome.code == 0, outcome.err
    return json.loads(outcome.out)


def test_index_remembers_items_and_model(index, model, shapes):
    items = json.loads((index / "items.json").read_text())
    assert len(items) == 72
    assert items[0] == {"path": str(shapes / "bar" / "00.png"), "class": "bar"}
    manifest = json.loads((index / "tfmetric.json").read_text())
    made_by = json.loads((model / "tfmetric.json").read_text())["sha256"]
    assert manifest["model"] == {"path": str(model), "sha256": made_by}


@pytest.mark.parametrize("name", ["bar/07.png", "triangle/00.png"])
def test_finds_itself_first(name, index, shapes):
    found = search_json(shapes / name, "--index", index, "--k", 3)
    assert found["query"] == str(shapes / name)
    assert [match["rank"] for match in found["matches"]] == [1, 2, 3]
    best = found["matches"][0]
    assert (best["path"], best["class"]) == (str(shapes / name), name.split("/")[0])
    distances = [match["distance"] for match in found["matches"]]
    assert distances == sorted(distances)
    assert 0 <= distances[0] < 1e-5 < distances[1]


def test_prints_a_row_a_match(index, model, shapes):
    image = shapes / "ring" / "02.png"
    outcome = tfmetric("search", image, "--index", index, "--model", model, "--k", 2)
    rows = [line.split("\t") for line in outcome.out.splitlines()]
    assert rows[0] == ["rank", "distance", "class", "path"]
    assert rows[1] == ["1", "0.0000", "ring", str(image)]
    assert len(rows) == 3


def test_asks_for_more_than_there_is(index, shapes):
    found = search_json(shapes / "bar" / "07.png", "--index", index, "--k", 500)
    assert len(found["matches"]) == 72
    assert len({match["path"] for match in found["matches"]}) == 72


def test_draws_a_picture_even_if_a_file_is_gone(shapes, model, tmp_path):
    images = shutil.copytree(shapes, tmp_path / "images")
    index = tmp_path / "index"
    assert tfmetric("index", images, "--model", model, "--output", index).code == 0
    for gone in images.glob("*/0[1-9].png"):
        gone.unlink()
    picture = tmp_path / "found.png"
    outcome = tfmetric(
        "search", images / "bar" / "00.png", "--index", index, "--picture", picture
    )
    assert outcome.code == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "left white: Expected the path of an image file" in outcome.err


def test_refuses(index, model, shapes, tmp_path):
    image = shapes / "bar" / "00.png"
    taken = tmp_path / "taken.png"
    taken.write_text("precious")
    for arguments, words in (
        ((tmp_path / "none.png", "--index", index), ("none.png", "does not exist")),
        ((shapes, "--index", index), (shapes, "is a directory")),
        ((shapes / "ring" / "notes.txt", "--index", index), ("Expected an image file",)),
        ((image, "--index", tmp_path / "none"), ("Expected the folder of an index",)),
        ((image, "--index", model), ("which is a model",)),
        ((image, "--index", index, "--model", index), ("which is an index",)),
        ((image, "--index", index, "--k", 0), ("--k", "greater than or equal to 1")),
        ((image, "--index", index, "--k", "many"), ("--k", "integer")),
        ((image, "--index", index, "--picture", "found.txt"), ("end in .png",)),
        ((image, "--index", index, "--picture", taken), ("--overwrite", taken)),
        ((image,), ("Missing option '--index'",)),
    ):
        assert_refused(tfmetric("search", *arguments), *words)
    assert taken.read_text() == "precious"


def test_refuses_an_index_of_another_model(index, model, shapes, tmp_path):
    other = shutil.copytree(index, tmp_path / "index")
    manifest = json.loads((other / "tfmetric.json").read_text())
    manifest["model"]["sha256"] = "0" * 64
    (other / "tfmetric.json").write_text(json.dumps(manifest))
    image = shapes / "bar" / "00.png"
    for arguments in ((), ("--model", model)):
        outcome = tfmetric("search", image, "--index", other, *arguments)
        assert_refused(outcome, "Expected the model that made the index", model)


def test_refuses_a_damaged_index(index, shapes, tmp_path):
    other = shutil.copytree(index, tmp_path / "index")
    for file in other.glob("vectors-*.npy"):
        content = bytearray(file.read_bytes())
        content[-1] ^= 1
        file.write_bytes(content)
    outcome = tfmetric("search", shapes / "bar" / "00.png", "--index", other)
    assert_refused(outcome, "vectors-", "build and save the index again")


@pytest.mark.parametrize("text", [None, "{", "[]", "[3]", '{"a": 1}'])
def test_refuses_damaged_items(index, shapes, tmp_path, text):
    other = shutil.copytree(index, tmp_path / "index")
    (other / "items.json").unlink()
    if text is not None:
        (other / "items.json").write_text(text)
    outcome = tfmetric("search", shapes / "bar" / "00.png", "--index", other)
    assert_refused(outcome, "items.json", "index the images again")


@pytest.mark.parametrize("made_by", [None, "a model", {"path": "model"}])
def test_refuses_a_manifest_without_its_model(index, shapes, tmp_path, made_by):
    other = shutil.copytree(index, tmp_path / "index")
    manifest = json.loads((other / "tfmetric.json").read_text())
    (other / "tfmetric.json").write_text(json.dumps(manifest | {"model": made_by}))
    outcome = tfmetric("search", shapes / "bar" / "00.png", "--index", other)
    assert_refused(outcome, "tfmetric.json", "index the images again")


def test_index_is_not_overwritten_unasked(index, shapes, model):
    outcome = tfmetric("index", shapes, "--model", model, "--output", index)
    assert_refused(outcome, "--overwrite", index)
