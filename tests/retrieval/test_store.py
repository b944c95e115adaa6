import json
import os

import numpy as np
import pytest

from tfmetric.retrieval import FloatIndex, HammingIndex, TwoStageIndex, load_index

IDS = np.array([31, 2**62, 7, 0, 12])
CODES = np.uint8([[3, 1], [0, 255], [7, 7], [9, 0], [255, 2]])
VECTORS = np.random.default_rng(4).normal(size=(5, 3)).astype(np.float32)
MAKE = {
    "float": lambda: FloatIndex(VECTORS, ids=IDS, distance="cosine"),
    "hamming": lambda: HammingIndex(CODES, ids=IDS),
    "two_stage": lambda: TwoStageIndex(CODES, VECTORS, ids=IDS, distance="euclidean"),
}
KINDS = sorted(MAKE)


def search(index):
    queries = {
        FloatIndex: (VECTORS[::-1] + 1,),
        HammingIndex: (CODES[::-1] ^ 5,),
        TwoStageIndex: (CODES[::-1] ^ 5, VECTORS[::-1] + 1),
    }
    found = index.search(*queries[type(index)], 4)
    return found.ids.tolist(), found.distances.tolist()


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.mark.parametrize("path_type", [str, lambda path: path])
def test_a_loaded_index_answers_as_the_saved_one(kind, path_type, tmp_path):
    index, path = MAKE[kind](), path_type(tmp_path / "deep" / "index")
    index.save(path)
    for loaded in (load_index(path), type(index).load(path)):
        assert type(loaded) is type(index)
        assert len(loaded) == 5
        assert search(loaded) == search(index)
        loaded.save(tmp_path / "again")
    assert search(load_index(tmp_path / "again")) == search(index)


def test_a_loaded_index_can_grow(kind, tmp_path):
    index = MAKE[kind]()
    index.save(tmp_path)
    loaded = load_index(tmp_path)
    rows = {"float": (VECTORS,), "hamming": (CODES,), "two_stage": (CODES, VECTORS)}
    for grown in (index, loaded):
        grown.add(*(row[:2] for row in rows[kind]), ids=[100, 101])
    assert search(loaded) == search(index)
    with pytest.raises(ValueError, match="twice"):
        loaded.add(*(row[:1] for row in rows[kind]), ids=[2**62])


def test_saving_again_replaces_the_index_of_any_kind(kind, tmp_path):
    for other in KINDS:
        MAKE[other]().save(tmp_path)
        index = MAKE[kind]()
        index.save(tmp_path)
        assert search(load_index(tmp_path)) == search(index)
        arrays = 3 if kind == "two_stage" else 2
        assert len(list(tmp_path.iterdir())) == arrays + 1


def test_nothing_in_the_folder_is_pickled_and_the_manifest_is_readable(tmp_path):
    MAKE["two_stage"]().save(tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["kind"] == "two_stage"
    assert manifest["distance"] == "euclidean"
    assert manifest["version"] == 1
    shapes = {name: entry["shape"] for name, entry in manifest["arrays"].items()}
    assert shapes == {"ids": [5], "codes": [5, 2], "vectors": [5, 3]}
    for file in tmp_path.glob("*.npy"):
        np.load(file, allow_pickle=False)


def test_other_files_in_the_folder_are_left_alone(kind, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "vectors.npy").write_text("mine too")
    MAKE[kind]().save(tmp_path)
    MAKE["hamming"]().save(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "vectors.npy").read_text() == "mine too"


def test_every_flipped_byte_is_found_or_harmless(kind, tmp_path):
    index = MAKE[kind]()
    index.save(tmp_path)
    expected = search(index)
    for file in sorted(tmp_path.iterdir()):
        content = file.read_bytes()
        step = 3 if file.suffix == ".json" else 17
        for place in range(0, len(content), step):
            flipped = bytearray(content)
            flipped[place] ^= 0x20
            file.write_bytes(flipped)
            if file.suffix == ".npy":
                with pytest.raises(ValueError, match="missing or changed"):
                    load_index(tmp_path)
            else:  # white space, or a letter's case inside a number's exponent
                try:
                    assert search(load_index(tmp_path)) == expected
                except ValueError as error:
                    assert str(error).startswith("Expected")
        file.write_bytes(content)
    assert search(load_index(tmp_path)) == expected


@pytest.mark.parametrize("keep", [0, 1, 0.5])
def test_a_shortened_or_missing_file_is_found(kind, keep, tmp_path):
    MAKE[kind]().save(tmp_path)
    for file in sorted(tmp_path.iterdir()):
        content = file.read_bytes()
        file.write_bytes(content[: int(keep * len(content))] if keep < 1 else b"")
        if keep == 1:
            file.unlink()
        with pytest.raises(ValueError, match="^Expected"):
            load_index(tmp_path)
        file.write_bytes(content)


def test_hash_is_checked_before_a_file_is_parsed(monkeypatch, tmp_path):
    MAKE["float"]().save(tmp_path)
    for file in tmp_path.glob("*.npy"):
        file.write_bytes(file.read_bytes() + b" ")
    monkeypatch.setattr(np, "load", lambda *a, **k: pytest.fail("parsed"))
    with pytest.raises(ValueError, match="missing or changed"):
        load_index(tmp_path)


def edited(path, change):
    manifest = json.loads((path / "manifest.json").read_text())
    change(manifest)
    (path / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda m: m.update(version=2), "version 1"),
        (lambda m: m.update(format="other"), "something else"),
        (lambda m: m.update(kind="hnsw"), "kind of index"),
        (lambda m: m.update(kind="hamming"), "missing or changed"),
        (lambda m: m.update(distance="manhattan"), "distance"),
        (lambda m: m.update(arrays=[]), "missing or changed"),
        (lambda m: m["arrays"].update(ids=None), "missing or changed"),
        (lambda m: m["arrays"]["ids"].update(sha256="../../ids"), "missing or changed"),
        (lambda m: m["arrays"]["ids"].update(shape=[4]), "missing or changed"),
        (lambda m: m["arrays"].pop("ids"), "missing or changed"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(change, match, tmp_path):
    MAKE["float"]().save(tmp_path)
    edited(tmp_path, change)
    with pytest.raises(ValueError, match=match):
        load_index(tmp_path)


def test_arrays_of_different_lengths_are_refused(tmp_path):
    from tfmetric.retrieval._store import write_index

    write_index(tmp_path, "hamming", None, {"ids": IDS[:4], "codes": CODES})
    with pytest.raises(ValueError, match="missing or changed"):
        load_index(tmp_path)


@pytest.mark.parametrize("other", KINDS)
def test_each_class_opens_its_own_kind_only(kind, other, tmp_path):
    MAKE[kind]().save(tmp_path)
    load = type(MAKE[other]()).load
    if other == kind:
        assert len(load(tmp_path)) == 5
    else:
        with pytest.raises(ValueError, match=f"kind '{other}'.*'{kind}'"):
            load(tmp_path)


def test_missing_index_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(ValueError, match="no manifest.json"):
            load_index(path)


def test_saving_over_something_else_is_refused(tmp_path):
    (tmp_path / "manifest.json").write_text('{"name": "my web app"}')
    with pytest.raises(ValueError, match="another folder"):
        MAKE["float"]().save(tmp_path)
    assert (tmp_path / "manifest.json").read_text() == '{"name": "my web app"}'
    file = tmp_path / "file"
    file.write_text("text")
    with pytest.raises(ValueError, match="to be a folder"):
        MAKE["float"]().save(file)


class Killed(BaseException):
    pass


@pytest.mark.parametrize("call", ["fsync", "replace", "unlink"])
@pytest.mark.parametrize("count", range(5))
def test_a_save_cut_short_leaves_the_old_index_or_the_new(
    call, count, tmp_path, monkeypatch
):
    old, new = FloatIndex(VECTORS), TwoStageIndex(CODES, VECTORS, ids=IDS)
    old.save(tmp_path)
    calls, original = [], getattr(os, call)

    def die(*arguments, **settings):
        if len(calls) == count:
            raise Killed
        calls.append(arguments)
        return original(*arguments, **settings)

    with monkeypatch.context() as patch:
        patch.setattr(os, call, die)
        try:
            new.save(tmp_path)
            finished = True
        except Killed:
            finished = False
    found = load_index(tmp_path)
    committed = finished or call == "unlink"
    assert search(found) == search(new if committed else old)
    new.save(tmp_path)
    assert search(load_index(tmp_path)) == search(new)
    assert len(list(tmp_path.iterdir())) == 4
