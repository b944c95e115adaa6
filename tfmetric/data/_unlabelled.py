"""Partly labelled data: which examples have a known class, and what the others are."""

from collections.abc import Mapping

import numpy as np

from tfmetric._core._checks import as_labels
from tfmetric.data._labels import group
from tfmetric.data._table import as_table


def separate_unlabelled(labels, unlabelled=None):
    """Gives each example of unknown class a class of its own.

    Choose it where two random examples are almost surely of two classes, as with many
    faces or products: in pairs, triplets and quadruplets the unlabelled then serve as
    negatives, and never as positives. The builders by themselves leave them out.

    Args:
        labels: (items,) labels of any type.
        unlabelled: the label that stands for an unknown class.

    Returns:
        (items,) int64: the classes numbered from 0 in their sorted order, then a number
        for each unlabelled example.

    Raises:
        ValueError: `unlabelled` is not None and does not occur.

    >>> separate_unlabelled([-1, 8, 5, -1, 8], unlabelled=-1)
    array([2, 1, 0, 3, 1])
    """
    labels = as_labels(labels, None, "labels")
    known, names = known_examples(labels, unlabelled)
    groups = group(names)
    ids = np.full(len(labels), -1)
    ids[known] = groups.class_of
    unknown = ids < 0
    ids[unknown] = len(groups.classes) + np.arange(unknown.sum())
    return ids


def known_examples(labels, unlabelled):
    """Numbers of the examples of known class, and their labels.

    Args:
        labels: a label for each example, or a mapping from class to numbers of examples.
        unlabelled: the label that stands for an unknown class; may be NaN.

    Raises:
        ValueError: `unlabelled` is not None and does not occur.
    """
    if isinstance(labels, Mapping):
        items, labels, _ = as_table(labels, np.iinfo(np.int64).max, smallest=1)
    else:
        labels = as_labels(labels, None, "labels")
        items = np.arange(len(labels))
    unknown = labels != labels if unlabelled != unlabelled else labels == unlabelled
    if unlabelled is not None and not unknown.any():
        raise ValueError(
            "Expected unlabelled to be a label that occurs; leave it out where every "
            f"class is known. Received: unlabelled={unlabelled!r}"
        )
    return items[~unknown], labels[~unknown]
