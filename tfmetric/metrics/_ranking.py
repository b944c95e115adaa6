"""Scores of a ranking by distance: recall, precision, average precision, gain."""

import numpy as np

from tfmetric._core._checks import check_count
from tfmetric.metrics._inputs import as_collection, as_points, members_of_classes
from tfmetric.metrics._rank_scores import QueryScores, score_queries
from tfmetric.metrics._ranks import map_places


def rank_scores(
    embeddings,
    labels,
    *,
    k=(1, 5, 10),
    gallery=None,
    gallery_labels=None,
    distance="euclidean",
    block_size=None,
):
    """Scores how well the nearest items of each query share its label.

    The standard account of an embedding: choose it over the single functions when more
    than one score is wanted, for the ranking is made once. With R items relevant to a
    query, and P@i the share of relevant items among its i nearest, the means over the
    queries of

        precision@k        P@k
        recall@k           1 if one of the k nearest is relevant; over k, the CMC curve
        recall fraction@k  relevant items among the k nearest / R
        R-precision        P@R
        MAP                (1/R) sum over all i of P@i * relevant(i)
        MAP@R              (1/R) sum over i <= R of P@i * relevant(i)
        MRR                1 / place of the nearest relevant item
        nDCG@k             sum over i <= k of relevant(i) / log2(i + 1), divided by the
                           same sum with all relevant items in front

    A query with nothing relevant to find has none of these: it is left out and counted.
    Without a gallery each query is ranked against all other items, itself taken out by
    index. With one, a copy of the query in it counts as any item. Items at the same
    distance rank by lower index first.

    Args:
        embeddings: (queries, dim) finite numbers.
        labels: (queries,) integers of any size, or strings; or (queries, classes) of
            0 and 1, where an item is relevant if it shares a class.
        k: neighbours to look at, one number or several. A k beyond the gallery takes
            the whole of it.
        gallery: (items, dim) items to rank, or None to rank the queries themselves.
        gallery_labels: labels of the gallery, in the same form.
        distance: "euclidean", or "cosine": Euclidean between unit vectors.
        block_size: queries ranked at a time on each processor, or None for as many as
            256 MB hold; changes memory, never the result.

    Returns:
        RankScores: the means over queries; `macro`, the means over classes; and
        `per_class`.

    Raises:
        ValueError: bad input, or no query has a relevant item.

    Cost: O(queries * items * dim) time, and O(queries * items * log items) for queries
    with more than 32 relevant items that are not near each other. On two processors, for
    60,000 items of 128 numbers, some 3 seconds if classes of ten are kept together, 7 if
    they are not, 25 for ten classes. Memory beside the input: twice its size in float64
    and in float32, and 16 bytes for each item and query ranked at a time; never a matrix
    of all of them.

    The order is that of float64 distances of float32 numbers: what products in float32
    or float64 leave open is measured from the differences. Where that is most items, of
    binary vectors or beside a far outlier, it takes some ten times as long.

    Reference: K. Musgrave, S. Belongie and S. Lim, "A Metric Learning Reality Check",
    ECCV 2020, https://arxiv.org/abs/2003.08505.

    Example: R is 1 throughout. 2.1 has its match nearest, 1.0 has it second, and the
    two ends have each other third.

        >>> scores = rank_scores([[0.0], [1.0], [2.1], [3.3]], [7, 8, 8, 7], k=(1, 3))
        >>> scores.recall_at, scores.map_at_r
        ({1: 0.25, 3: 1.0}, 0.25)
        >>> scores.mrr == (1 + 1 / 2 + 1 / 3 + 1 / 3) / 4
        True
        >>> scores.per_class[8].mrr, scores.per_class[7].recall_at
        (0.75, {1: 0.0, 3: 1.0})
    """
    depths = [check_count(depth, "k") for depth in np.atleast_1d(k).tolist()]
    if not depths:
        raise ValueError("Expected k as a number or several. Received: none")
    if block_size is not None:
        check_count(block_size, "block_size")
    queries = as_points(embeddings, distance)
    if gallery is not None:
        gallery = as_points(gallery, distance, "gallery")
    collection = as_collection(queries, labels, gallery, gallery_labels)

    def score(rows, places):
        return score_queries(
            places, collection.relevant[rows], collection.candidates, depths
        )

    blocks = map_places(collection, score, block_size)
    return _by_query(blocks, labels, collection.kept).micro()


def _by_query(blocks, labels, kept):
    """QueryScores of blocks of columns, where `kept` tells which queries they are of."""
    names, (item, number) = members_of_classes(labels, len(kept))
    scored = kept[item]
    return QueryScores(
        columns={
            name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]
        },
        labels=names,
        members=(np.cumsum(kept)[item[scored]] - 1, number[scored]),
        lone=np.bincount(number[~scored], minlength=len(names)),
        lone_queries=int(np.sum(~kept)),
    )


def recall_at_k(
    embeddings,
    labels,
    k=1,
    *,
    gallery=None,
    gallery_labels=None,
    distance="euclidean",
    block_size=None,
):
    """Share of queries with at least one relevant item among their k nearest.

    Rules, arguments, errors and cost are those of `rank_scores`. This is the "any hit"
    recall of metric learning, not the share of relevant items found.

    Returns:
        float in 0..1.

    Example: 5.0 is nearest to 4.0, of another class; 1.0 comes second.

        >>> recall_at_k([[0.0], [1.0], [4.0], [5.0]], ["a", "a", "b", "a"], k=1)
        0.6666666666666666
        >>> recall_at_k([[0.0], [1.0], [4.0], [5.0]], ["a", "a", "b", "a"], k=2)
        1.0
    """
    scores = rank_scores(
        embeddings,
        labels,
        k=check_count(k, "k"),
        gallery=gallery,
        gallery_labels=gallery_labels,
        distance=distance,
        block_size=block_size,
    )
    return scores.recall_at[k]


def precision_at_1(
    embeddings,
    labels,
    *,
    gallery=None,
    gallery_labels=None,
    distance="euclidean",
    block_size=None,
):
    """Share of queries whose nearest item is relevant: the same number as recall@1.

    Rules, arguments and errors are those of `rank_scores`.

    Returns:
        float in 0..1.

    Example: the last item has no other of its class and is left out.

        >>> precision_at_1([[0.0], [1.0], [3.0], [3.5]], [1, 1, 1, 2])
        0.6666666666666666
    """
    return recall_at_k(
        embeddings,
        labels,
        gallery=gallery,
        gallery_labels=gallery_labels,
        distance=distance,
        block_size=block_size,
    )


def map_at_r(
    embeddings,
    labels,
    *,
    gallery=None,
    gallery_labels=None,
    distance="euclidean",
    block_size=None,
):
    """Mean average precision at R: how pure the R nearest are, R the class size.

    Choose it over recall@k to tell apart embeddings that find one relevant item from
    those that bring the whole class together. Formula, arguments, errors and reference
    are those of `rank_scores`.

    Returns:
        float in 0..1.

    Example: one query at 0, R = 2; the gallery ranks hit, miss, hit. Only the first
    R = 2 count: (1/2) * (1/1) = 0.5.

        >>> map_at_r([[0.0]], [1], gallery=[[1.0], [2.0], [3.0]],
        ...          gallery_labels=[1, 2, 1])
        0.5
    """
    return rank_scores(
        embeddings,
        labels,
        gallery=gallery,
        gallery_labels=gallery_labels,
        distance=distance,
        block_size=block_size,
    ).map_at_r
