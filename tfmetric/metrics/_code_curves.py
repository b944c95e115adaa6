"""Precision and recall of a Hamming search: within a radius, and down to a rank."""

from dataclasses import dataclass

import numpy as np

from tfmetric._core._checks import check_count
from tfmetric.metrics._tie_groups import tie_groups

_RANKS = 200  # points of a curve by rank


@dataclass(frozen=True)
class RadiusScores:
    """What `precision_within_radius` finds.

    Attributes:
        precision: mean over queries of the relevant share of the items in the ball; an
            empty ball counts 0.
        empty_share: share of queries whose ball is empty.
        radius: of the ball, in bits.
    """

    precision: float
    empty_share: float
    radius: int


@dataclass(frozen=True)
class PrecisionRecall:
    """A precision-recall curve; arrays of one length, means over queries.

    Attributes:
        cut: radius in bits, or rank from 1, up to which items are retrieved.
        precision: relevant share of what is retrieved.
        recall: retrieved share of what is relevant.
    """

    cut: np.ndarray
    precision: np.ndarray
    recall: np.ndarray


def precision_within_radius(
    codes, labels, radius=2, *, gallery_codes=None, gallery_labels=None
):
    """Precision of a lookup: all items at most `radius` bits away, found by hash table.

    Choose it for codes used as keys of a table, where everything in the ball is
    returned and ranking plays no part. Balls of long codes are mostly empty, and an
    empty ball counts 0 here as in the literature: read the score beside `empty_share`.
    Queries with nothing relevant in the whole gallery are left out. Without a gallery
    each query looks among all other items.

    Args:
        codes: (queries, bytes) packed uint8.
        labels: (queries,) integers of any size, or strings; or (queries, classes) of
            0 and 1, where an item is relevant if it shares a class.
        radius: bits, from 0.
        gallery_codes: (items, bytes) packed uint8, or None to look among the queries.
        gallery_labels: labels of the gallery, in the same form.

    Returns:
        RadiusScores.

    Raises:
        ValueError: bad input, or no query has a relevant item.

    Cost: that of `code_map`.

    Example: 0b0001 is one bit away from 0b0000, and relevant; 0b0011 two bits, and not.
    0b1111 has nothing so near.

        >>> precision_within_radius(
        ...     np.uint8([[0b0000], [0b1111]]), [1, 1], radius=1,
        ...     gallery_codes=np.uint8([[0b0001], [0b0011]]), gallery_labels=[1, 2])
        RadiusScores(precision=0.5, empty_share=0.5, radius=1)
    """
    groups = tie_groups(codes, labels, gallery_codes, gallery_labels)
    return scores_within(groups, radius)


def precision_recall_by_radius(codes, labels, *, gallery_codes=None, gallery_labels=None):
    """Precision and recall of the items within each radius, from 0 to all bits.

    The curve of a hash table. It is not that of a ranking: a radius takes all of a
    group of ties, and at small radii many balls are empty, which counts 0. Rules,
    arguments, errors and cost are those of `precision_within_radius`.

    Returns:
        PrecisionRecall, `cut` being 0, 1, ... up to the bits of the packed code.

    Example: within 0 bits nothing, within 1 a hit, within 2 a hit and a miss.

        >>> curve = precision_recall_by_radius(
        ...     np.uint8([[0b0000]]), [1],
        ...     gallery_codes=np.uint8([[0b0001], [0b0011]]), gallery_labels=[1, 2])
        >>> curve.precision[:3], curve.recall[:3]
        (array([0. , 1. , 0.5]), array([0., 1., 1.]))
    """
    return curve_by_radius(tie_groups(codes, labels, gallery_codes, gallery_labels))


def precision_recall_by_rank(
    codes, labels, ranks=None, *, gallery_codes=None, gallery_labels=None
):
    """Precision and recall of the first items of a Hamming ranking, over orders of ties.

    The curve of a search for the nearest k. A rank that cuts a group of ties takes the
    share of its relevant items that a random order puts before the cut, which is the
    exact mean over all orders. Other rules, arguments, errors and cost are those of
    `precision_within_radius`.

    Args:
        ranks: whole numbers from 1, at most as many as there are items; None for 200
            from first to last, evenly spaced on a logarithmic scale.

    Returns:
        PrecisionRecall, `cut` being the ranks, ascending.

    Example: two items are tied in first place, one of them relevant.

        >>> curve = precision_recall_by_rank(
        ...     np.uint8([[0b00]]), [1],
        ...     gallery_codes=np.uint8([[0b01], [0b10]]), gallery_labels=[1, 2])
        >>> curve.cut, curve.precision, curve.recall
        (array([1, 2]), array([0.5, 0.5]), array([0.5, 1. ]))
    """
    groups = tie_groups(codes, labels, gallery_codes, gallery_labels)
    return curve_by_rank(groups, ranks)


def scores_within(groups, radius):
    """`precision_within_radius` of `TieGroups`."""
    inside = slice(0, check_count(radius, "radius", least=0) + 1)
    size, hits = groups.size[:, inside].sum(axis=1), groups.hits[:, inside].sum(axis=1)
    return RadiusScores(
        precision=float(np.mean(hits / np.maximum(size, 1))),
        empty_share=float(np.mean(size == 0)),
        radius=int(radius),
    )


def curve_by_radius(groups):
    """`precision_recall_by_radius` of `TieGroups`."""
    size, hits = np.cumsum(groups.size, axis=1), np.cumsum(groups.hits, axis=1)
    return PrecisionRecall(
        cut=np.arange(size.shape[1]),
        precision=np.mean(hits / np.maximum(size, 1), axis=0),
        recall=np.mean(hits / groups.relevant[:, None], axis=0),
    )


def curve_by_rank(groups, ranks=None):
    """`precision_recall_by_rank` of `TieGroups`."""
    ranks = _as_ranks(ranks, groups.items)
    precision, recall = np.zeros(len(ranks)), np.zeros(len(ranks))
    for size, hits in zip(groups.size, groups.hits, strict=True):
        # Within a group the expected hits grow in proportion to the rank.
        ends = np.append(0, np.cumsum(size)), np.append(0, np.cumsum(hits))
        found = np.interp(ranks, *ends)
        precision += found / ranks
        recall += found / hits.sum()
    return PrecisionRecall(
        cut=ranks, precision=precision / len(groups.size), recall=recall / len(groups.size)
    )


def _as_ranks(ranks, items):
    if ranks is None:
        return np.unique(np.rint(np.geomspace(1, items, _RANKS)).astype(np.int64))
    ranks = np.unique([check_count(rank, "ranks") for rank in np.ravel(ranks).tolist()])
    if len(ranks) == 0 or ranks[-1] > items:
        raise ValueError(
            f"Expected ranks of 1 to {items}, the items ranked. Received: {ranks.tolist()}"
        )
    return ranks
