"""Splits: of classes, for unseen-class tests, and of examples within each class."""

import numpy as np

from tfmetric._core._checks import check_count
from tfmetric.data._labels import group


def split_classes(labels, unseen, seed=0):
    """Splits examples by class: no class is on both sides.

    Choose it to measure whether an embedding serves classes it was never trained on,
    which is what retrieval, verification and few-shot learning ask of it.

    Args:
        labels: (items,) labels of any type.
        unseen: how many classes to hold out (whole number), which share of the classes
            (a float between 0 and 1, at least one class on each side), or a collection
            of the labels themselves.
        seed: whole number >= 0; picks the classes where `unseen` does not name them.

    Returns:
        (seen, unseen): int64 indices of the examples on each side, ascending.

    Raises:
        ValueError: `unseen` names a label that does not occur, or leaves a side empty.

    >>> seen, unseen = split_classes(["cat", "dog", "cat", "owl"], unseen=["cat"])
    >>> seen, unseen
    (array([1, 3]), array([0, 2]))
    """
    groups = group(labels)
    held_out = _chosen_classes(groups.classes, unseen, seed)
    if not 0 < held_out.sum() < len(groups.classes):
        raise ValueError(
            f"Expected unseen to leave classes on both sides of {len(groups.classes)}. "
            f"Received: {unseen!r}"
        )
    is_unseen = held_out[groups.class_of]
    return np.flatnonzero(~is_unseen), np.flatnonzero(is_unseen)


def _chosen_classes(classes, unseen, seed):
    """Mask of the classes to hold out."""
    if np.ndim(unseen) or isinstance(unseen, set | frozenset):
        unknown = set(unseen) - set(classes.tolist())
        if unknown:
            raise ValueError(
                f"Expected unseen to name labels that occur. Received: {unknown}"
            )
        return np.isin(classes, list(unseen))
    if isinstance(unseen, float | np.floating):
        count = round(_check_fraction(unseen, "unseen") * len(classes))
        count = np.clip(count, 1, len(classes) - 1)
    else:
        count = check_count(unseen, "unseen")
    return np.random.default_rng(seed).permutation(len(classes)) < count


def split_first_classes(labels, seen=None):
    """Splits examples by class: the first classes for training, all others for the test.

    Choose it to compare with published numbers. Cars196 and CUB-200-2011 are split this
    way, 98 and 100 classes on each side, and `split_classes` draws classes at random.

    Args:
        labels: (items,) labels of any type.
        seen: how many of the sorted classes to train on; by default half of them,
            rounded down.

    Returns:
        (train, test): int64 indices of the examples on each side, ascending.

    Raises:
        ValueError: only one class, or `seen` leaves a side without classes.

    Reference: Oh Song, Xiang, Jegelka, Savarese, 2016, Deep Metric Learning via Lifted
        Structured Feature Embedding, section 6.

    >>> train, test = split_first_classes(["owl", "cat", "ape", "cat", "dog"])
    >>> train, test  # ape and cat, then dog and owl
    (array([1, 2, 3]), array([0, 4]))
    """
    groups = group(labels)
    total = len(groups.classes)
    count = total // 2 if seen is None else check_count(seen, "seen")
    if not 0 < count < total:
        raise ValueError(
            f"Expected classes on both sides of {total}. Received: seen={count}"
        )
    is_seen = groups.class_of < count
    return np.flatnonzero(is_seen), np.flatnonzero(~is_seen)


def split_examples(labels, test, seed=0):
    """Splits the examples of every class in the same proportion.

    Choose it for closed-set work, where the classes of the test are those of training.
    A class of two or more has at least one example on each side; the only example of a
    class is for training.

    Args:
        labels: (items,) labels of any type.
        test: share of each class to hold out, a float between 0 and 1.
        seed: whole number >= 0.

    Returns:
        (train, test): int64 indices of the examples on each side, ascending.

    Raises:
        ValueError: `test` not between 0 and 1, or no class of two.

    >>> train, test = split_examples([7, 7, 7, 7, 5, 5, 9], test=0.25)
    >>> len(train), len(test)  # one 7 and one 5 are held out
    (5, 2)
    """
    _check_fraction(test, "test")
    groups = group(labels)
    if groups.counts.max() < 2:
        raise ValueError(
            "Expected a class with at least 2 examples. Received: all labels distinct"
        )
    held_out = np.rint(groups.counts * test).clip(1, groups.counts - 1)
    shuffled = np.random.default_rng(seed).random(len(groups.class_of))
    order = np.lexsort((shuffled, groups.class_of))  # class after class, shuffled within
    is_test = np.empty(len(order), bool)
    is_test[order] = (groups.rank < held_out[groups.class_of])[groups.members]
    return np.flatnonzero(~is_test), np.flatnonzero(is_test)


def _check_fraction(value, name):
    if not 0 < value < 1:
        raise ValueError(f"Expected {name} between 0 and 1. Received: {value!r}")
    return value
