import os
import warnings
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from data.helpers import half_png, write_image

from tfmetric.augmentation import Pipeline, RandomCrop
from tfmetric.data import (
    ImageFiles,
    UnreadableImageError,
    balanced_batches,
    read_image,
)


@pytest.fixture
def paths(tmp_path):
    """Twelve images of three classes; the gray of each is its number."""
    return [write_image(tmp_path / f"{number}.png", number) for number in range(12)]


LABELS = np.repeat([0, 1, 2], 4)


def damage(path):
    Path(path).write_bytes(half_png())


def grays(images):
    return images.numpy()[:, 0, 0, 0].tolist()


def test_a_sequence_of_images(paths):
    files = ImageFiles(paths, image_size=(4, 6))
    assert len(files) == 12
    assert np.array_equal(files[3], read_image(paths[3], (4, 6)))
    assert np.array_equal(files[-1], read_image(paths[11], (4, 6)))
    assert np.array_equal(files[np.int64(2)], files[2])
    assert [int(image[0, 0, 0]) for image in files] == list(range(12))
    assert repr(files) == "ImageFiles(12 files, 4x6x3)"
    gray = ImageFiles(map(Path, paths), channels=1)
    assert gray[1].shape == (10, 12, 1)
    assert repr(gray) == "ImageFiles(12 files, heightxwidthx1)"


@pytest.mark.parametrize(
    "index, places",
    [
        (slice(2, 5), [2, 3, 4]),
        ([7, 7, 0], [7, 7, 0]),
        (LABELS == 1, [4, 5, 6, 7]),
        (np.array([], np.int64), []),
    ],
)
def test_parts_are_image_files(paths, index, places):
    part = ImageFiles(paths, image_size=5, channels=1)[index]
    assert part.paths == tuple(paths[place] for place in places)
    assert (part.image_size, part.channels) == ((5, 5), 1)


def test_a_part_as_an_array(paths):
    array = np.asarray(ImageFiles(paths, image_size=5)[3:6])
    assert array.shape == (3, 5, 5, 3)
    assert array.dtype == np.uint8
    assert array[:, 0, 0, 0].tolist() == [3, 4, 5]


def test_files_are_not_touched_until_they_are_used(tmp_path):
    files = ImageFiles([tmp_path / "missing.png", b"bytes/name.png"])
    assert files.paths[1] == "bytes/name.png"
    with pytest.raises(UnreadableImageError, match=r"missing\.png"):
        files[0]
    with pytest.raises(IndexError):
        files[2]


@pytest.mark.parametrize(
    "settings, reason",
    [
        ({"paths": "cat.jpg"}, "Expected paths as a list"),
        ({"paths": Path("cat.jpg")}, "Expected paths as a list"),
        ({"paths": [], "image_size": 0}, "Expected image_size"),
        ({"paths": [], "channels": 2}, "Expected channels"),
    ],
)
def test_bad_settings(settings, reason):
    with pytest.raises(ValueError, match=reason):
        ImageFiles(**settings)


def test_batches_of_files_are_those_of_the_array(paths):
    files = ImageFiles(paths, image_size=(4, 6))
    lazy = balanced_batches(files, LABELS, 2, 3)
    loaded = balanced_batches(np.asarray(files), LABELS, 2, 3)
    assert lazy.element_spec == loaded.element_spec
    assert lazy.element_spec[0] == tf.TensorSpec((6, 4, 6, 3), tf.uint8)
    for (images, labels), (expected, names) in zip(
        lazy.repeat(2), loaded.repeat(2), strict=True
    ):
        assert np.array_equal(images, expected)
        assert np.array_equal(labels, names)


def test_augmentation_may_bring_sizes_together(paths):
    for number in (1, 5, 9):
        write_image(paths[number], number, size=(9, 31))
    crop = Pipeline([RandomCrop(8)])
    files = ImageFiles(paths)
    dataset = balanced_batches(files, LABELS, 3, 4, augment=crop)
    assert dataset.element_spec[0].shape == (12, 8, 8, 3)
    ((images, _),) = dataset
    assert sorted(grays(images)) == list(range(12))
    listed = balanced_batches([*files], LABELS, 3, 4, augment=crop)
    ((same, _),) = listed
    assert np.array_equal(same, images)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"one size.*\(9, 31, 3\)"):
        next(iter(balanced_batches(files, LABELS, 3, 4)))


def test_a_damaged_file_gives_way_to_another_of_its_class(paths):
    damage(paths[5])
    os.truncate(paths[6], 0)
    dataset = balanced_batches(ImageFiles(paths, 4), LABELS, 3, 2, batches=10)
    with pytest.warns(RuntimeWarning) as caught:
        batches = [(grays(images), labels.numpy().tolist()) for images, labels in dataset]
    for chosen, labels in batches:
        assert [LABELS[place] for place in chosen] == labels
        assert len(set(chosen)) == 6  # no image twice, as two of each class are whole
        assert not {5, 6} & set(chosen)
    assert len(caught) == 2  # each once, however often it was wanted
    texts = sorted(str(warning.message) for warning in caught)
    for text, place in zip(texts, (5, 6), strict=True):
        assert repr(paths[place]) in text
        assert "Another image of its class" in text
    assert sorted(text.rpartition("; ")[2] for text in texts) == [
        f"that makes {count} which cannot be read" for count in (1, 2)
    ]


def test_what_replaces_is_the_same_every_time(paths):
    damage(paths[5])
    damage(paths[10])

    def run(start):
        files = ImageFiles(paths, 4)
        with pytest.warns(RuntimeWarning):
            dataset = balanced_batches(files, LABELS, 3, 2, batches=6, start=start)
            return [grays(images) for images, _ in dataset.take(6 - start)]

    whole = run(0)
    assert run(0) == whole
    assert run(3) == whole[3:]


def test_the_first_image_may_be_damaged(paths):
    damage(paths[0])
    with pytest.warns(RuntimeWarning, match=r"0\.png"):
        dataset = balanced_batches(ImageFiles(paths, 4), LABELS, 3, 2)
    assert dataset.element_spec[0].shape == (6, 4, 4, 3)


def test_a_class_that_cannot_be_read_is_an_error(paths):
    for path in paths[4:8]:
        damage(path)
    dataset = balanced_batches(ImageFiles(paths, 4), LABELS, 3, 2)
    with (
        pytest.warns(RuntimeWarning),
        pytest.raises(tf.errors.OpError, match=r"class 1 that can be read. Received: 4"),
    ):
        list(dataset)


def test_few_files_are_tried_when_all_are_gone(tmp_path):
    tried = []

    class Gone:
        def __len__(self):
            return 1000

        def __getitem__(self, index):
            tried.append(index)
            raise UnreadableImageError(f"Expected a file. Received: {index}")

    with (
        pytest.warns(RuntimeWarning),
        pytest.raises(UnreadableImageError, match="Received: 17 that cannot; the first"),
    ):
        balanced_batches(Gone(), np.zeros(1000), 1, 2)
    assert len(tried) == len(set(tried)) == 17


def test_warnings_as_errors_stop_at_the_first(paths):
    damage(paths[5])
    dataset = balanced_batches(ImageFiles(paths, 4), LABELS, 3, 4)
    with (
        warnings.catch_warnings(),
        pytest.raises(tf.errors.OpError, match=r"5\.png"),
    ):
        warnings.simplefilter("error")
        list(dataset)


class Numbers:
    def __init__(self, values):
        self.values = values

    def __len__(self):
        return len(self.values)

    def __getitem__(self, index):
        return self.values[index]


def test_other_errors_are_not_hidden():
    class Broken(Numbers):
        def __getitem__(self, index):
            if index == 7:
                raise ValueError("a bug")
            return super().__getitem__(index)

    dataset = balanced_batches(Broken(np.arange(12.0)), LABELS, 3, 4)
    with pytest.raises(tf.errors.InvalidArgumentError, match="a bug"):
        list(dataset)


def test_nan_in_a_sequence_or_a_memory_map_is_found_in_its_batch(tmp_path):
    values = np.arange(12, dtype=np.float32)
    values[7] = np.nan
    mapped = np.lib.format.open_memmap(tmp_path / "v.npy", "w+", np.float32, (12,))
    mapped[:] = values
    for images in (Numbers(values), mapped):
        dataset = balanced_batches(images, LABELS, 3, 4)
        with pytest.raises(tf.errors.InvalidArgumentError, match="NaN or infinity among"):
            list(dataset)


@pytest.mark.parametrize(
    "images, reason",
    [
        (Numbers([]), "at least one image"),
        (Numbers(["a"] * 12), "images as numbers"),
        ([np.zeros((2, 2)), "a"], "one label for each of 2"),
        ({0: 1.0}, r"numbers of shape \(items, …\)"),
    ],
)
def test_bad_sequences(images, reason):
    with pytest.raises(ValueError, match=reason):
        balanced_batches(images, LABELS, 3, 4)
