from itertools import pairwise

import numpy as np
import pytest
import tensorflow as tf
from data.helpers import examples_of
from oracles.data import check_batch, check_epoch

from tfmetric.augmentation import Pipeline, RandomCrop, RandomRotate
from tfmetric.data import balanced_batches

# classes of 1, 2, 3, 5, 8, 13 and 24 examples, mixed
LABELS = np.random.default_rng(0).permutation(
    np.repeat([3, 14, 15, 92, 65, 35, 2**40], [1, 2, 3, 5, 8, 13, 24])
)
PLACES = np.arange(len(LABELS))  # as images: each tells which example it is


def epoch_of(dataset):
    return examples_of(dataset, LABELS)


@pytest.mark.parametrize(
    "classes, per_class", [(7, 4), (3, 4), (4, 7), (2, 1), (1, 9), (5, 2)]
)
def test_each_batch_is_p_classes_of_k(classes, per_class):
    dataset = balanced_batches(PLACES, LABELS, classes, per_class, batches=40)
    for _ in range(2):
        batches = epoch_of(dataset)
        assert len(batches) == 40
        for chosen in batches:
            check_batch(LABELS.tolist(), chosen, classes, per_class)
        check_epoch(LABELS.tolist(), batches, per_class)


def test_classes_that_are_too_small_are_left_out():
    dataset = balanced_batches(PLACES, LABELS, 4, 4, smallest=5, batches=20)
    batches = epoch_of(dataset)
    large = {92, 65, 35, 2**40}
    assert all(set(LABELS[chosen].tolist()) == large for chosen in batches)
    assert all(len(set(chosen)) == 16 for chosen in batches)  # none repeats its own
    assert balanced_batches(PLACES, LABELS, 4, 4, smallest=5).cardinality() == 4  # 50 / 16


def test_a_table_of_classes():
    """Images may be left out, and a class may be empty."""
    classes = {"owl": [7, 3, 9], "cat": np.array([0, 1]), "hen": [], "ant": (4, 5, 6)}
    labels = {place: name for name, places in classes.items() for place in places}
    dataset = balanced_batches(np.arange(10), classes, 3, 2, batches=30)
    found = [(images.numpy(), names.numpy()) for images, names in dataset]
    for images, names in found:
        assert [labels[place] for place in images] == [name.decode() for name in names]
        check_batch([labels.get(i) for i in range(10)], images.tolist(), 3, 2)
    assert {place for images, _ in found for place in images} == set(labels)
    assert balanced_batches(np.arange(10), classes, 3, 2).cardinality() == 2  # 8 / 6


def test_a_table_draws_what_labels_draw():
    table = {label: np.flatnonzero(label == LABELS) for label in np.unique(LABELS).tolist()}
    assert epoch_of(balanced_batches(PLACES, table, 3, 4)) == epoch_of(
        balanced_batches(PLACES, LABELS, 3, 4)
    )


@pytest.mark.parametrize(
    "table, reason",
    [
        ({1: [0, 1], 2: [2, 56]}, "numbers of 56 images, from 0 to 55. Received: 56"),
        ({1: [0, 1], 2: [2, -1]}, "numbers of 56 images.*Received: -1"),
        ({1: [0, 1], 2: [2, 1]}, "at most once in the classes. Received: image 1 2 times"),
        ({1: [0, 0, 0], 2: [2, 1]}, "Received: image 0 3 times"),
        ({1: [0, 1], 2: [0.5]}, r"a list of numbers.*dtype=float64 for 2"),
        ({1: [0, 1], 2: [[2, 3]]}, r"a list of numbers.*shape=\(1, 2\)"),
        ({1: [0, 1], 2: [False, True]}, "dtype=bool"),
        ({1: [0, 1], "1": [2, 3]}, "names of classes of one type"),
        ({1: [0, 1], 2: []}, "at least 2 classes, to fill a batch. Received: 1"),
        ({1: [], 2: []}, "at least one label"),
        ({}, "at least one label"),
    ],
)
def test_bad_tables(table, reason):
    with pytest.raises(ValueError, match=reason):
        balanced_batches(PLACES, table, 2, 2)


def test_each_round_has_every_class_once():
    batches = epoch_of(balanced_batches(PLACES, LABELS, 3, 2, batches=20))
    names = [set(LABELS[chosen].tolist()) for chosen in batches]
    rounds = list(zip(names[::2], names[1::2], strict=True))
    assert all(not first & second for first, second in rounds)
    left_out = [set(LABELS.tolist()) - first - second for first, second in rounds]
    assert len(set(map(frozenset, left_out))) > 1  # not the same class every time


def test_one_epoch_sees_all_of_balanced_classes():
    labels = np.tile([4, 1, 8, 6], 6)
    dataset = balanced_batches(np.arange(24), labels, classes=2, per_class=3)
    chosen = np.concatenate([images for images, _ in dataset])
    assert np.array_equal(np.sort(chosen), np.arange(24))


def test_epochs_differ_and_are_reproducible():
    dataset = balanced_batches(PLACES, LABELS, 3, 4, seed=6)
    epochs = [epoch_of(dataset) for _ in range(3)]
    assert all(one != other for one, other in pairwise(epochs))
    again = balanced_batches(PLACES, LABELS, 3, 4, seed=6)
    assert [epoch_of(again) for _ in range(3)] == epochs
    repeated = balanced_batches(PLACES, LABELS, 3, 4, seed=6).repeat(3)
    assert epoch_of(repeated) == sum(epochs, [])
    assert epoch_of(balanced_batches(PLACES, LABELS, 3, 4, seed=7)) != epochs[0]


def test_an_epoch_broken_off_counts():
    dataset = balanced_batches(PLACES, LABELS, 3, 4)
    next(iter(dataset))
    second = epoch_of(dataset)
    whole = balanced_batches(PLACES, LABELS, 3, 4)
    assert epoch_of(whole) != second
    assert epoch_of(whole) == second


def test_length_and_static_shapes():
    images = np.zeros((56, 5, 4, 3), np.uint8)
    dataset = balanced_batches(images, LABELS, classes=3, per_class=4)
    assert dataset.cardinality() == 5  # 56 / 12 rounded up
    assert dataset.element_spec == (
        tf.TensorSpec((12, 5, 4, 3), tf.uint8),
        tf.TensorSpec((12,), tf.int64),
    )
    assert balanced_batches(images, LABELS, 3, 4, batches=9).cardinality() == 9


def test_features_memory_maps_and_text_labels(tmp_path):
    features = np.lib.format.open_memmap(
        tmp_path / "features.npy", "w+", np.float16, (6, 2)
    )
    features[:] = np.arange(12).reshape(6, 2)
    labels = ["b", "a", "b", "c", "a", "c"]
    rows, found = next(iter(balanced_batches(features, labels, 2, 2)))
    assert rows.dtype == tf.float16
    for row, label in zip(rows.numpy(), found.numpy(), strict=True):
        assert labels[int(row[0]) // 2] == label.decode()
        assert row[1] == row[0] + 1


def test_labels_as_python_objects():
    numbers = np.array([7, 8, 7, 8], dtype=object)  # a column of pandas, say
    (_, labels) = next(iter(balanced_batches(np.arange(4), numbers, 2, 2)))
    assert sorted(labels.numpy().tolist()) == [7, 7, 8, 8]
    dates = np.array(["2020-01-01", "2020-01-02"] * 2, "M8[D]")
    with pytest.raises(ValueError, match="labels as numbers or text; numpy.unique"):
        balanced_batches(np.arange(4), dates, 2, 2)


def test_augmentation_gets_epoch_and_place():
    keys = []

    def note(image, key):
        keys.append(key)
        return np.stack([image, *key])

    dataset = balanced_batches(PLACES, LABELS, 2, 3, batches=4, augment=note)
    assert dataset.element_spec[0] == tf.TensorSpec((6, 3), tf.int64)
    for epoch in range(2):
        keys.clear()
        noted = np.concatenate([images for images, _ in dataset])
        assert noted[:, 1].tolist() == [epoch] * 24
        assert noted[:, 2].tolist() == list(range(24))
        assert sorted(keys) == [(epoch, place) for place in range(24)]
        assert all(type(number) is int for key in keys for number in key)


def test_an_augmentation_cannot_change_the_images():
    images = np.full((8, 4), 7.0)
    with pytest.raises(ValueError, match="read-only"):
        balanced_batches(images, [0, 1] * 4, 2, 2, augment=lambda x, key: np.abs(x, out=x))
    images += 1  # they are still those of the caller


def test_pipelines_augment_the_same_way_every_time():
    images = np.random.default_rng(2).integers(0, 256, (56, 10, 9, 3), np.uint8)
    pipeline = Pipeline([RandomRotate(30), RandomCrop(8)], seed=1)
    plain = balanced_batches(images, LABELS, 3, 4)
    augmented = balanced_batches(images, LABELS, 3, 4, augment=pipeline)
    assert augmented.element_spec[0] == tf.TensorSpec((12, 8, 8, 3), tf.uint8)
    for epoch in range(2):
        batches = zip(plain, augmented, strict=True)
        for number, ((sources, labels), (results, found)) in enumerate(batches):
            assert np.array_equal(labels, found)
            for place, source in enumerate(sources.numpy()):
                expected = pipeline(source, (epoch, 12 * number + place))
                assert np.array_equal(results[place], expected)


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"labels": LABELS[1:]}, "one label for each of 56 items"),
        ({"classes": 8}, "at least 8 classes, to fill a batch. Received: 7"),
        ({"classes": 0}, "Expected classes"),
        ({"per_class": 0}, "Expected per_class"),
        ({"per_class": 2.0}, "Expected per_class"),
        ({"batches": 0}, "Expected batches"),
        ({"smallest": 0}, "Expected smallest"),
        ({"smallest": 9}, "at least 3 classes, to fill a batch. Received: 2"),
        ({"smallest": 25}, "class of at least 25 images.*Received: 24 images"),
        ({"start": -1}, "Expected start"),
        ({"shard": 1}, "Expected shard as"),
        ({"shard": (2, 2)}, "0 to 1. Received: 2"),
        ({"shard": (-1, 2)}, "number of a shard"),
        ({"shard": (0, 0)}, "count of shards"),
        ({"shard": (0, 5)}, "that 5 shards divide. Received: 12"),
        ({"seed": -1}, "Expected seed"),
        ({"images": np.zeros((0, 4)), "labels": []}, "at least one"),
        ({"images": 3.0}, "at least one"),
        ({"images": ["a text"] * 56}, r"of texts take.*arange.*Received: list"),
        ({"images": tf.data.Dataset.range(56)}, "images as numbers.*Received: _Range"),
        ({"images": np.where(PLACES == 9, np.nan, 1.0)}, "finite"),
        ({"images": np.where(PLACES == 9, -np.inf, 1.0)}, "finite"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_bad_arguments(change, reason):
    settings = {"images": PLACES, "labels": LABELS, "classes": 3, "per_class": 4}
    with pytest.raises(ValueError, match=reason):
        balanced_batches(**settings | change)


def test_an_augmentation_that_makes_nan():
    batches = balanced_batches(
        np.ones((8, 4)),
        [0, 1] * 4,
        classes=2,
        per_class=2,
        augment=lambda image, key: image * (np.nan if key == (0, 6) else 1.0),
    )
    with pytest.raises(tf.errors.InvalidArgumentError, match="images to be finite"):
        list(batches)


def test_a_failing_augmentation_fails_at_once():
    images = np.zeros((56, 10, 9, 3), np.uint8)
    with pytest.raises(ValueError, match="crop less"):
        balanced_batches(images, LABELS, 3, 4, augment=Pipeline([RandomCrop(12)]))
