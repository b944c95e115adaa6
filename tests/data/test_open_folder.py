"""Folders whose images stay in their files, and folders with anything in them."""

import os
import socket

import numpy as np
import pytest
from data.helpers import half_png, png_header, write_image

from tfmetric.augmentation import Pipeline, RandomCrop
from tfmetric.data import ImageFiles, balanced_batches, load_folder, open_folder


@pytest.fixture
def zoo(tmp_path):
    root = tmp_path / "zoo"
    for number, name in enumerate(["cat/1.png", "cat/2.png", "owl/1.png", "owl/2.png"]):
        write_image(root / name, number)
    return root


def inside(pairs, root):
    return {os.path.relpath(path, root): reason for path, reason in pairs}


def test_what_is_opened_is_what_is_loaded(zoo):
    (zoo / "cat" / "note.jpg").write_text("not an image")
    opened, loaded = open_folder(zoo, (4, 6), 1), load_folder(zoo, (4, 6), 1)
    assert isinstance(opened.images, ImageFiles)
    assert repr(opened) == "ImageSet(4 files of 4x6x1, 2 classes, 1 skipped)"
    assert np.array_equal(np.asarray(opened.images), loaded.images)
    assert np.array_equal(opened.labels, loaded.labels)
    assert opened.class_names == loaded.class_names
    assert opened.paths == opened.images.paths == loaded.paths
    assert opened.skipped == loaded.skipped


def test_own_sizes_for_an_augmentation_that_crops(zoo):
    write_image(zoo / "owl" / "3.png", 9, size=(30, 20))
    animals = open_folder(zoo, image_size=None)
    assert animals.images[4].shape == (30, 20, 3)
    crop = Pipeline([RandomCrop(8)])
    ((images, _),) = balanced_batches(
        animals.images, animals.labels, 2, 3, augment=crop, batches=1
    )
    assert images.shape == (6, 8, 8, 3)


def test_progress_wraps_all_paths(zoo):
    seen = []
    open_folder(zoo, progress=lambda paths: seen.extend(paths) or paths)
    assert [path.name for path in seen] == ["1.png", "2.png", "1.png", "2.png"]


def test_the_header_is_read_and_no_more(zoo):
    (zoo / "cat" / "half.png").write_bytes(half_png())
    (zoo / "cat" / "bomb.png").write_bytes(png_header(60_000, 60_000))
    loaded, opened = load_folder(zoo), open_folder(zoo)
    assert list(inside(loaded.skipped, zoo)) == ["cat/bomb.png", "cat/half.png"]
    assert list(inside(opened.skipped, zoo)) == ["cat/bomb.png"]
    assert os.path.relpath(opened.paths[2], zoo) == "cat/half.png"
    with pytest.raises(ValueError, match=r"whole image file.*half\.png"):
        opened.images[2]


@pytest.fixture(params=[load_folder, open_folder])
def read(request):
    return request.param


def test_nothing_waits_for_what_is_no_file(zoo, read, monkeypatch):
    """Opening a pipe without a writer would wait for ever."""
    os.mkfifo(zoo / "cat" / "pipe.png")
    os.mkfifo(zoo / "pipe.png")
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(zoo)  # a socket's path may be 100 bytes long
        server.bind("owl/socket.png")
    (zoo / "owl" / "zero.png").symlink_to("/dev/zero")
    (zoo / "owl" / "loop.png").symlink_to("back.png")
    (zoo / "owl" / "back.png").symlink_to("loop.png")
    (zoo / "owl" / "up").symlink_to(zoo)
    (zoo / "owl" / "broken.png").symlink_to("missing.png")
    (zoo / "cat" / "empty.png").write_bytes(b"")
    animals = read(zoo)
    assert len(animals) == 4
    reasons = inside(animals.skipped, zoo)
    expected = {
        "cat/empty.png": "Expected an image file",
        "cat/pipe.png": "path of an image file",
        "owl/back.png": "no loop of links",
        "owl/broken.png": "path of an image file",
        "owl/loop.png": "no loop of links",
        "owl/socket.png": "path of an image file",
        "owl/up": "no link to a folder",
        "owl/zero.png": "no link out of the folder",
        "pipe.png": "in a class folder",
    }
    assert list(reasons) == list(expected)
    for name, reason in expected.items():
        assert reason in reasons[name]


@pytest.mark.parametrize(
    "name",
    ["a\nb.png", "Käfer 🪲.png", "' \".png", "%s{0}.png", "-rf.png", "n" * 251 + ".png"],
    ids=["newline", "unicode", "quotes", "formats", "dash", "longest"],
)
def test_names_are_only_names(zoo, read, name):
    write_image(zoo / "cat" / name, 7)
    write_image(zoo / name[:-4] / "1.png", 8)
    (zoo / "owl" / name).write_text("not an image")
    animals = read(zoo)
    assert len(animals) == 6
    assert sorted(animals.class_names) == sorted(["cat", "owl", name[:-4]])
    assert os.fspath(zoo / "cat" / name) in animals.paths
    ((path, reason),) = animals.skipped
    assert path == os.fspath(zoo / "owl" / name)
    assert "\n" not in reason


def test_names_that_are_no_text(zoo, read):
    raw = os.fsencode(zoo / "cat") + b"/\xff\xfe.png"
    os.rename(zoo / "cat" / "1.png", raw)
    animals = read(zoo)
    assert len(animals) == 4
    assert raw in map(os.fsencode, animals.paths)
    assert animals.images[1].max() == 0  # sorted behind 2.png


def test_folders_deeper_than_a_recursion_goes(zoo, read):
    deep = zoo / "cat"
    for _ in range(1200):
        deep /= "d"
        deep.mkdir()
    write_image(deep / "9.png", 9)
    try:
        animals = read(zoo)
        assert animals.paths[2] == os.fspath(deep / "9.png")
        assert len(animals) == 5
    finally:  # pytest's own clearing up would recurse
        (deep / "9.png").unlink()
        os.removedirs(deep)


def test_a_folder_that_may_not_be_listed_is_named(zoo, read, monkeypatch):
    write_image(zoo / "cat" / "closed" / "1.png", 5)
    scandir = os.scandir

    def refusing(path):
        if os.fspath(path).endswith(("closed", "owl")):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    animals = read(zoo)
    assert animals.labels.tolist() == [0, 0]
    assert animals.class_names == ("cat", "owl")
    reasons = inside(animals.skipped, zoo)
    assert list(reasons) == ["cat/closed", "owl"]
    assert all("Permission denied" in reason for reason in reasons.values())


def test_a_root_that_may_not_be_listed(zoo, read, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", os.fspath(path))

    monkeypatch.setattr(os, "scandir", refuse)
    monkeypatch.setattr(os, "listdir", refuse)
    with pytest.raises(ValueError, match="folder that can be listed.*denied"):
        read(zoo)


def test_no_image_at_all(tmp_path, read):
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "note.jpg").write_text("not an image")
    with pytest.raises(ValueError, match=r"the first of 1: .*note\.jpg"):
        read(tmp_path)


@pytest.mark.parametrize("settings", [{"image_size": 0}, {"channels": 2}])
def test_bad_settings(zoo, read, settings):
    with pytest.raises(ValueError, match=f"Expected {next(iter(settings))}"):
        read(zoo, **settings)
