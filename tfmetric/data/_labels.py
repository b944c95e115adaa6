"""Labels sorted by class, for whatever must find the members of a class at once."""

from typing import NamedTuple

import numpy as np

from tfmetric._core._checks import as_labels


class Groups(NamedTuple):
    """Examples class after class: class c is `members[starts[c]:][:counts[c]]`."""

    classes: np.ndarray  # (classes,) the distinct labels, sorted
    class_of: np.ndarray  # (items,) place of each example's label in `classes`
    counts: np.ndarray  # (classes,) examples in each class
    starts: np.ndarray  # (classes,) where each class begins in `members`
    members: np.ndarray  # (items,) examples, class after class
    rank: np.ndarray  # (items,) place of each example within its class


def group(labels):
    """Sorts one-dimensional labels of any type into `Groups`.

    Raises:
        ValueError: no labels, wrong shape, NaN among them, or no order between them.
    """
    labels = as_labels(labels, None, "labels")
    if labels.size == 0:
        raise ValueError("Expected at least one label. Received: none")
    if labels.dtype.kind == "f" and not np.isfinite(labels).all():
        raise ValueError("Expected labels to be finite. Received: NaN or infinity")
    try:
        found = np.unique(labels, return_inverse=True, return_counts=True)
    except TypeError as error:
        raise ValueError(
            f"Expected labels of one type that can be sorted. Received: {error}"
        ) from error
    classes, class_of, counts = found
    starts = np.cumsum(counts) - counts
    members = np.argsort(class_of, kind="stable")
    rank = np.empty_like(members)
    rank[members] = np.arange(len(members)) - np.repeat(starts, counts)
    return Groups(classes, class_of, counts, starts, members, rank)
