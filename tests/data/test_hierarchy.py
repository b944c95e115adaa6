import numpy as np
import pytest
from data.helpers import examples_of
from oracles.data import check_epoch, check_hierarchy

from tfmetric.data import hierarchical_batches

# three superclasses of 2, 3 and 5 classes of 1 to 10 examples, mixed
KIND_OF = {0: 7, 1: 7, 2: 9, 3: 9, 4: 9, 5: 4, 6: 4, 7: 4, 8: 4, 9: 4}
LABELS = np.random.default_rng(0).permutation(np.repeat(np.arange(10), np.arange(1, 11)))
KINDS = np.array([KIND_OF[label] for label in LABELS])
PLACES = np.arange(len(LABELS))
TORN = np.where(np.flatnonzero(LABELS == 4)[1] == PLACES, 4, KINDS)


def epoch_of(dataset):
    return examples_of(dataset, LABELS)


@pytest.mark.parametrize(
    "superclasses, classes, per_class", [(1, 2, 3), (2, 2, 4), (3, 1, 2), (2, 1, 1)]
)
def test_each_batch_is_of_a_few_superclasses(superclasses, classes, per_class):
    shape = superclasses, classes, per_class
    dataset = hierarchical_batches(PLACES, LABELS, KINDS, *shape, batches=40)
    batches = epoch_of(dataset)
    assert len(batches) == 40
    for chosen in batches:
        check_hierarchy(LABELS.tolist(), KINDS.tolist(), chosen, *shape)
    check_epoch(LABELS.tolist(), batches, per_class)


def test_superclasses_and_their_classes_come_equally_often():
    dataset = hierarchical_batches(PLACES, LABELS, KINDS, 1, 2, 1, batches=60)
    chosen = np.concatenate(epoch_of(dataset))
    assert np.unique(KINDS[chosen], return_counts=True)[1].tolist() == [40, 40, 40]
    counts = np.unique(LABELS[chosen], return_counts=True)[1].tolist()
    assert counts[:2] == [20, 20]  # 40 / 2 classes
    assert set(counts[2:5]) == {13, 14}  # 40 / 3
    assert counts[5:] == [8] * 5  # 40 / 5


def test_length_and_superclasses_by_class():
    by_image = hierarchical_batches(PLACES, LABELS, KINDS, 2, 2, 2)
    assert by_image.cardinality() == 7  # 55 / 8 rounded up
    assert by_image.element_spec[0].shape == (8,)
    by_class = hierarchical_batches(PLACES, LABELS, KIND_OF, 2, 2, 2)
    assert epoch_of(by_class) == epoch_of(by_image)


def test_tables_small_classes_and_the_rest_of_balanced_batches():
    table = {f"class {label}": np.flatnonzero(label == LABELS) for label in range(10)}
    kinds = {f"class {label}": kind for label, kind in KIND_OF.items()}
    settings = {"smallest": 4, "batches": 3, "augment": lambda image, key: image + 100}
    whole = hierarchical_batches(PLACES, table, kinds, 2, 2, 2, **settings)
    found = list(whole.repeat(2))
    for images, labels in found:
        own = LABELS[images.numpy() - 100]
        assert [label.decode() for label in labels.numpy()] == [f"class {c}" for c in own]
        assert own.min() >= 3
        check_hierarchy(LABELS.tolist(), KINDS.tolist(), (images - 100).numpy(), 2, 2, 2)
    later = hierarchical_batches(
        PLACES, table, kinds, 2, 2, 2, **settings, start=4, shard=(1, 2)
    )
    for (part, names), (images, labels) in zip(later.take(2), found[4:], strict=True):
        assert np.array_equal(part, images[4:])
        assert np.array_equal(names, labels[4:])


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"superlabels": TORN}, "class in one superclass. Received: class 4 in two"),
        ({"superlabels": KINDS[1:]}, "superlabels to hold one label for each of 55"),
        ({"superlabels": {1: 1}}, "none for 9 classes, such as 0"),
        ({"classes": 3}, "of at least 3 classes.*Received: 1 with less, such as 7$"),
        ({"superclasses": 4}, "at least 4 superclasses, to fill a batch. Received: 3"),
        ({"superclasses": 0}, "Expected superclasses"),
        ({"classes": 0}, "Expected classes"),
        ({"per_class": 0}, "Expected per_class"),
        ({"labels": LABELS[1:]}, "labels to hold one label for each of 55"),
    ],
)
def test_bad_arguments(change, reason):
    settings = {
        "images": PLACES,
        "labels": LABELS,
        "superlabels": KINDS,
        "superclasses": 2,
        "classes": 2,
        "per_class": 2,
    }
    with pytest.raises(ValueError, match=reason):
        hierarchical_batches(**settings | change)
