import numpy as np
import pytest

from tfmetric.data import ImageFiles, ImageSet

IMAGES = np.arange(5 * 2 * 3, dtype=np.uint8).reshape(5, 2, 3, 1)
LABELS = np.array([1, 0, 2, 1, 1])
NAMES = ("ant", "bee", "cow")
PATHS = ("a", "b", "c", "d", "e")
WHOLE = ImageSet(IMAGES, LABELS, NAMES, PATHS, (("bad.jpg", "damaged"),))


@pytest.mark.parametrize(
    "indices, places",
    [
        ([3, 0], [3, 0]),
        (np.array([4, 4, 1]), [4, 4, 1]),
        (slice(1, 3), [1, 2]),
        (LABELS == 1, [0, 3, 4]),
        (-1, [4]),
        ([], []),
    ],
)
def test_subset(indices, places):
    subset = WHOLE.subset(indices)
    assert len(subset) == len(places)
    assert np.array_equal(subset.images, IMAGES[places])
    assert np.array_equal(subset.labels, LABELS[places])
    assert subset.paths == tuple(PATHS[place] for place in places)
    assert subset.class_names == NAMES
    assert subset.skipped == WHOLE.skipped


def test_subset_without_paths():
    assert ImageSet(IMAGES, LABELS, NAMES).subset([2]).paths == ()


def test_subset_out_of_range():
    with pytest.raises(IndexError):
        WHOLE.subset([5])


def test_repr_is_one_line():
    assert repr(WHOLE) == "ImageSet(5 images of 2x3x1, 3 classes, 1 skipped)"


def test_images_may_stay_in_their_files():
    animals = ImageSet(ImageFiles(PATHS, (8, 6)), LABELS, NAMES, PATHS)
    assert repr(animals) == "ImageSet(5 files of 8x6x3, 3 classes, 0 skipped)"
    subset = animals.subset(LABELS == 1)
    assert subset.images.paths == subset.paths == ("a", "d", "e")
    assert subset.images.image_size == (8, 6)
    with pytest.raises(ValueError, match="one for each of 4 images"):
        ImageSet(ImageFiles(PATHS[:4]), LABELS, NAMES)


def test_fields_cannot_be_set():
    with pytest.raises(AttributeError):
        WHOLE.labels = LABELS


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"images": IMAGES[..., 0]}, "Expected images as uint8"),
        ({"images": IMAGES / 255}, "Expected images as uint8"),
        ({"labels": LABELS[:4]}, "one for each of 5 images"),
        ({"labels": LABELS.astype(float)}, "Expected labels as int64"),
        ({"labels": LABELS + 1}, "place in class_names, 0 to 2. Received: 3"),
        ({"labels": LABELS - 1}, "place in class_names, 0 to 2. Received: -1"),
        ({"paths": PATHS[:2]}, "a path for each of 5 images"),
    ],
)
def test_parts_that_do_not_agree(change, reason):
    parts = {"images": IMAGES, "labels": LABELS, "class_names": NAMES}
    with pytest.raises(ValueError, match=reason):
        ImageSet(**parts | change)
