"""Lists of judged pairs: what matches, what does not, and the classes that follow."""

from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tfmetric._core._checks import as_labels, check_count


class PairList(NamedTuple):
    """Judged pairs of positions in one array of items."""

    first: np.ndarray  # (pairs,) int64
    second: np.ndarray  # (pairs,) int64
    same: np.ndarray  # (pairs,) bool, whether the two match


def labels_from_pairs(first, second, same=None, *, items=None):
    """Makes one class of all items that matches connect, directly or through others.

    Choose it for duplicates, faces or products known only as pairs, if two that match a
    third match each other: the labels then serve every loss, sampler and builder. Where
    a question has several right answers and an answer serves several questions, it need
    not be so: `triplets_from_pairs` asks less.

    `load_csv_pairs` gives such a list. Other names of items become positions by
    `items, (first, second) = numpy.unique([first, second], return_inverse=True)`. Scores
    are cut first: for similarities of 0 to 5, `sure = (score <= 1) | (score >= 4)`, then
    `labels_from_pairs(first[sure], second[sure], score[sure] >= 4)`.

    Args:
        first, second: (pairs,) positions of the items of each pair, from 0.
        same: (pairs,) 1 or True where the two match, 0 or False where they do not; None
            if all match. Those that do not match only serve to find contradictions.
        items: how many items there are; None for those up to the largest position.

    Returns:
        (items,) int64 labels: classes numbered from 0 in the order of their first items.
        An item without a match is a class by itself.

    Raises:
        ValueError: bad input, or a pair that does not match though matches connect it,
            or though it is an item with itself: `contradicting_pairs` lists them.

    Cost: O(items + pairs) time and memory.

    >>> labels_from_pairs([0, 3, 1], [3, 4, 2], [1, 1, 0])
    array([0, 1, 2, 0, 0])
    """
    pairs = as_pairs(first, second, same)
    labels = components(pairs, items)
    wrong = _contradictions(pairs, labels)
    if len(wrong):
        a, b = pairs.first[wrong[0]], pairs.second[wrong[0]]
        raise ValueError(
            "Expected pairs that do not match to be unconnected by matches. "
            f"Received: {len(wrong)} that are connected, the first pair {wrong[0]}, of "
            f"items {a} and {b}; contradicting_pairs lists them"
        )
    return labels


def contradicting_pairs(first, second, same):
    """Finds the pairs that do not match though matches connect their items.

    Choose it where `labels_from_pairs` refuses a list: to look at these pairs, or to go
    on without them, with `numpy.delete(first, found)` and so on.

    Args:
        first, second: (pairs,) positions of the items of each pair, from 0.
        same: (pairs,) 1 or True where the two match, 0 or False where they do not.

    Returns:
        Ascending int64 numbers of these pairs. One wrong match may be the cause of many.

    Raises:
        ValueError: bad input.

    >>> contradicting_pairs([0, 1, 0, 2], [1, 2, 3, 0], [1, 1, 0, 0])
    array([3])
    """
    pairs = as_pairs(first, second, same)
    return _contradictions(pairs, components(pairs))


def as_pairs(first, second, same):
    """Returns checked columns of a list of pairs."""
    first = _as_positions(first, "first")
    second = as_labels(_as_positions(second, "second"), len(first), "second")
    same = as_labels(np.ones(len(first)) if same is None else same, len(first), "same")
    unclear = ~np.isin(same, (0, 1))
    if unclear.any():
        raise ValueError(
            "Expected same to be 1 where two items match and 0 where they do not; "
            f"compare scores with a threshold. Received: {same[unclear.argmax()]!r}"
        )
    return PairList(first, second, same.astype(bool))


def _as_positions(values, name):
    values = np.asarray(values)
    if values.ndim != 1 or not values.size or values.dtype.kind not in "iu":
        raise ValueError(
            f"Expected {name} to hold positions, whole numbers of shape (pairs,), at least "
            "one; numpy.unique with return_inverse makes positions of names. "
            f"Received: shape={values.shape}, dtype={values.dtype}"
        )
    if values.min() < 0:
        raise ValueError(f"Expected {name} to be at least 0. Received: {values.min()}")
    return values.astype(np.int64)


def components(pairs, items=None):
    """For each item the number of its class: matches connect the items of a class."""
    least = 1 + max(pairs.first.max(), pairs.second.max())
    items = least if items is None else check_count(items, "items", least)
    matches = pairs.first[pairs.same], pairs.second[pairs.same]
    edges = coo_array((np.ones(len(matches[0]), bool), matches), (items, items))
    _, labels = connected_components(edges, directed=False)
    return labels.astype(np.int64)


def _contradictions(pairs, labels):
    connected = labels[pairs.first] == labels[pairs.second]
    return np.flatnonzero(connected & ~pairs.same)
