import os

import cv2
import numpy as np
import pytest

from tfmetric.data import load_folder


def write(path, gray=100, size=(10, 12)):
    path.parent.mkdir(parents=True, exist_ok=True)
    image = np.full((*size, 3), (0, 0, gray), np.uint8)  # red, for OpenCV
    path.write_bytes(cv2.imencode(".png", image)[1].tobytes())


@pytest.fixture
def zoo(tmp_path):
    """Two classes with two images and one; the order of writing is not that of names."""
    root = tmp_path / "zoo"
    write(root / "owl" / "b.png", 30)
    write(root / "cat" / "2.png", 20)
    write(root / "cat" / "1.png", 10)
    return root


def names(paths, root):
    return [os.path.relpath(path, root) for path in paths]


def test_classes_and_files_in_the_order_of_names(zoo):
    animals = load_folder(zoo, image_size=(4, 6))
    assert animals.class_names == ("cat", "owl")
    assert animals.labels.tolist() == [0, 0, 1]
    assert animals.labels.dtype == np.int64
    assert names(animals.paths, zoo) == ["cat/1.png", "cat/2.png", "owl/b.png"]
    assert animals.images.shape == (3, 4, 6, 3)
    assert animals.images[:, 0, 0].tolist() == [[10, 0, 0], [20, 0, 0], [30, 0, 0]]
    assert animals.skipped == ()


def test_gray_squares_and_text_paths(zoo):
    assert load_folder(str(zoo), image_size=5, channels=1).images.shape == (3, 5, 5, 1)


def test_nested_files_belong_to_the_class(zoo):
    write(zoo / "cat" / "2020" / "may" / "3.png", 40)
    animals = load_folder(zoo)
    assert animals.labels.tolist() == [0, 0, 0, 1]
    assert names(animals.paths, zoo)[2] == "cat/2020/may/3.png"


def test_bad_files_are_left_out_with_the_reason(zoo):
    good = (zoo / "cat" / "1.png").read_bytes()
    (zoo / "cat" / "empty.jpg").write_bytes(b"")
    (zoo / "cat" / "half.png").write_bytes(good[: len(good) // 2])
    (zoo / "cat" / "note.jpg").write_text("not an image")
    (zoo / "owl" / "table.csv").write_text("1,2")
    (zoo / "readme.txt").write_text("two animals")
    write(zoo / "beside.png")
    os.mkfifo(zoo / "owl" / "pipe.png")
    animals = load_folder(zoo)
    assert len(animals) == 3
    reasons = dict(
        zip(
            names((path for path, _ in animals.skipped), zoo),
            (reason for _, reason in animals.skipped),
            strict=True,
        )
    )
    expected = {
        "beside.png": "in a class folder",
        "cat/empty.jpg": "Expected an image file",
        "cat/half.png": "whole image file",
        "cat/note.jpg": "Expected an image file",
        "owl/pipe.png": "path of an image file",
        "owl/table.csv": "Expected an image file",
        "readme.txt": "in a class folder",
    }
    assert list(reasons) == list(expected)
    for name, reason in expected.items():
        assert reason in reasons[name]


def test_hidden_files_and_folders_are_ignored(zoo):
    write(zoo / "cat" / ".hidden.png")
    write(zoo / "cat" / ".thumbnails" / "1.png")
    write(zoo / ".trash" / "1.png")
    (zoo / ".DS_Store").write_text("")
    animals = load_folder(zoo)
    assert (len(animals), animals.class_names, animals.skipped) == (
        3,
        ("cat", "owl"),
        (),
    )


def test_links(zoo, tmp_path):
    write(tmp_path / "secret" / "1.png", 77)
    (zoo / "cat" / "out.png").symlink_to(tmp_path / "secret" / "1.png")
    (zoo / "cat" / "folder").symlink_to(tmp_path / "secret")
    (zoo / "dog").symlink_to(tmp_path / "secret")
    (zoo / "hen").symlink_to(zoo / "owl")
    (zoo / "cat" / "lost.png").symlink_to(zoo / "cat" / "missing.png")
    (zoo / "owl" / "same.png").symlink_to(zoo / "owl" / "b.png")
    animals = load_folder(zoo)
    assert animals.class_names == ("cat", "owl")
    assert names(animals.paths, zoo)[2:] == ["owl/b.png", "owl/same.png"]
    assert 77 not in animals.images
    reasons = [(os.path.relpath(path, zoo), text) for path, text in animals.skipped]
    for (name, text), (expected, reason) in zip(
        reasons,
        [
            ("cat/folder", "no link out of the folder"),
            ("cat/lost.png", "path of an image file"),
            ("cat/out.png", "no link out of the folder"),
            ("dog", "no link out of the folder"),
            ("hen", "no link to a folder"),
        ],
        strict=True,
    ):
        assert name == expected
        assert reason in text


def test_a_root_that_is_a_link_is_fine(zoo, tmp_path):
    (tmp_path / "alias").symlink_to(zoo)
    assert len(load_folder(tmp_path / "alias")) == 3


def test_a_class_without_images_keeps_its_number(zoo):
    (zoo / "dog").mkdir()
    animals = load_folder(zoo)
    assert animals.class_names == ("cat", "dog", "owl")
    assert animals.labels.tolist() == [0, 0, 2]


def test_progress_wraps_all_paths(zoo):
    (zoo / "cat" / "note.jpg").write_text("not an image")
    seen = []

    def watch(paths):
        seen.append(len(paths))
        for path in paths:
            seen.append(path.name)
            yield path

    assert len(load_folder(zoo, progress=watch)) == 3
    assert seen == [4, "1.png", "2.png", "note.jpg", "b.png"]


def test_missing_folder(tmp_path):
    with pytest.raises(ValueError, match="Expected an existing folder.*nowhere"):
        load_folder(tmp_path / "nowhere")


def test_no_class_folders(tmp_path):
    write(tmp_path / "1.png")
    with pytest.raises(ValueError, match="one folder for each class"):
        load_folder(tmp_path)


def test_no_image_that_can_be_read(tmp_path):
    (tmp_path / "cat").mkdir()
    with pytest.raises(ValueError, match="no file could be used$"):
        load_folder(tmp_path)
    (tmp_path / "cat" / "note.jpg").write_text("not an image")
    with pytest.raises(ValueError, match=r"the first of 1: .*note\.jpg"):
        load_folder(tmp_path)


@pytest.mark.parametrize("settings", [{"image_size": 0}, {"channels": 2}])
def test_bad_settings(zoo, settings):
    with pytest.raises(ValueError, match=f"Expected {next(iter(settings))}"):
        load_folder(zoo, **settings)
