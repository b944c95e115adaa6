import pickle

import numpy as np
import pytest

from tfmetric.data import load_arrays

IMAGES = np.arange(4 * 2 * 3, dtype=np.uint8).reshape(4, 2, 3)
LABELS = np.array([7, -2, 7, 40])


@pytest.fixture
def path(tmp_path):
    """A file with more in it than is asked for, an array of objects too."""
    file = tmp_path / "set.npz"
    others = {"objects": np.array([{}, None], object), "names": ["a", "b", "c"]}
    np.savez(file, images=IMAGES, labels=LABELS, places=[2, 0, 1, 1], **others)
    return file


@pytest.mark.parametrize("as_path", [str, lambda path: path])
def test_distinct_labels_are_the_classes(path, as_path):
    animals = load_arrays(as_path(path))
    assert animals.class_names == ("-2", "7", "40")
    assert animals.labels.tolist() == [1, 0, 1, 2]
    assert animals.labels.dtype == np.int64
    assert animals.images.shape == (4, 2, 3, 1)
    assert np.array_equal(animals.images[..., 0], IMAGES)


def test_names_of_the_classes(path):
    animals = load_arrays(path, "images", "places", "names")
    assert animals.class_names == ("a", "b", "c")
    assert animals.labels.tolist() == [2, 0, 1, 1]


def test_arrays_at_hand():
    colour = np.zeros((2, 5, 5, 3), np.uint8)
    given = {"x": colour, "y": np.array([[3], [1]], np.uint8)}  # as Keras' sets are
    animals = load_arrays(given, "x", "y")
    assert animals.labels.tolist() == [1, 0]
    assert np.shares_memory(animals.images, colour)


def test_labels_as_text():
    animals = load_arrays({"images": IMAGES, "labels": ["猫", "cat", "猫", "owl"]})
    assert animals.class_names == ("cat", "owl", "猫")
    assert animals.labels.tolist() == [2, 0, 2, 1]


@pytest.mark.parametrize(
    "changed, reason",
    [
        ({"images": IMAGES / 255}, "images as uint8.*float64"),
        ({"images": IMAGES[0]}, r"images as uint8.*shape=\(2, 3\)"),
        ({"images": IMAGES[0, 0, 0]}, r"images as uint8.*shape=\(\)"),
        ({"labels": [[1, 2], [3, 4]]}, r"one label for each.*shape=\(2, 2\)"),
        ({"labels": LABELS[:3]}, "one for each of 4 images"),
        ({"labels": LABELS + 0.5}, "whole numbers or text. Received: dtype=float64"),
        ({"labels": LABELS.astype(object)}, "'labels' as numbers or text.*objects"),
        ({"class_names": ["a", "b"]}, "a place in class_names"),
    ],
)
def test_arrays_that_do_not_serve(changed, reason):
    given = {"images": IMAGES, "labels": LABELS} | changed
    with pytest.raises(ValueError, match=reason):
        load_arrays(given, class_names="class_names" if "class_names" in given else None)


def test_names_for_labels_that_are_names():
    given = {"images": IMAGES, "labels": ["a", "b", "a", "b"], "names": ["a", "b"]}
    with pytest.raises(ValueError, match=r"Expected labels to be places.*\['a'\]"):
        load_arrays(given, class_names="names")


def test_an_array_that_is_not_there(path):
    with pytest.raises(ValueError, match=r"an array 'x' in .*set\.npz.*'objects'"):
        load_arrays(path, images="x")
    with pytest.raises(ValueError, match="an array 'images' in the mapping.*none"):
        load_arrays({})


def test_names_of_classes_in_the_place_of_their_array(path):
    with pytest.raises(ValueError, match=r"the name of an array.*\['cat', 'owl'\]"):
        load_arrays(path, class_names=["cat", "owl"])


def test_objects_are_not_unpickled(path):
    with pytest.raises(ValueError, match="numbers and text.*Object arrays"):
        load_arrays(path, labels="objects")


def cut(data):
    return data[: len(data) // 2]


def flipped(data):
    middle = data.index(bytes(IMAGES)) + 3
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.mark.parametrize(
    "damage", [cut, flipped, lambda _: b"", lambda _: pickle.dumps([1]), lambda _: b"text"]
)
def test_files_that_are_damaged_or_no_npz(path, damage):
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"Expected a \.npz file.*set\.npz"):
        load_arrays(path)


def test_one_array_is_no_set(tmp_path):
    np.save(tmp_path / "images.npy", IMAGES)
    with pytest.raises(ValueError, match="one array"):
        load_arrays(tmp_path / "images.npy")


def test_missing_file(tmp_path):
    with pytest.raises(ValueError, match=r"path of a \.npz file.*nowhere"):
        load_arrays(tmp_path / "nowhere.npz")
