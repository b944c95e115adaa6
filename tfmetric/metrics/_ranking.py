"""Scores of a ranking by distance: recall@k, precision@1 and MAP@R."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from tfmetric._core._checks import check_count
from tfmetric.metrics._inputs import as_collection, as_points


@dataclass(frozen=True)
class RankScores:
    """What `rank_scores` finds; every score is a mean over `queries`, in 0..1.

    Attributes:
        precision_at_1: share of queries whose nearest item is of their class.
        recall_at: dict from k to the share of queries with a hit among the k nearest.
        map_at_r: mean average precision at R.
        queries: queries scored.
        lone_queries: queries left out, for the gallery holds nothing of their class.
    """

    precision_at_1: float
    recall_at: dict
    map_at_r: float
    queries: int
    lone_queries: int


def rank_scores(
    embeddings,
    labels,
    *,
    k=(1, 5, 10),
    gallery=None,
    gallery_labels=None,
    distance="euclidean",
    block_size=256,
):
    """Scores how well the nearest items of each query share its label.

    The standard account of an embedding: choose it over the single functions when more
    than one score is wanted, for the ranking is made once.

        recall@k = share of queries with a relevant item among their k nearest
        MAP@R    = mean over queries of (1/R) sum over i <= R of P@i * relevant(i)

    R is the number of relevant items of the query, P@i the share of relevant items
    among its i nearest. Without a gallery each query is ranked against all other items,
    itself taken out by index. With one, a copy of the query in it counts as any item.
    Items at the same distance rank by lower index first.

    Args:
        embeddings: (queries, dim) finite numbers.
        labels: (queries,) integers of any size, or strings; or (queries, classes) of
            0 and 1, where an item is relevant if it shares a class.
        k: neighbours to look at, one number or several. A k beyond the gallery takes
            the whole of it.
        gallery: (items, dim) items to rank, or None to rank the queries themselves.
        gallery_labels: labels of the gallery, in the same form.
        distance: "euclidean", or "cosine": Euclidean between unit vectors.
        block_size: queries ranked at a time; changes memory, never the result.

    Returns:
        RankScores.

    Raises:
        ValueError: bad input, or no query has a relevant item.

    Cost: O(queries * items * dim) time by matrix products, about
    32 * block_size * items bytes. Queries for which rounding could decide the order are
    measured again from the differences, some fifteen times slower.

    Reference: K. Musgrave, S. Belongie and S. Lim, "A Metric Learning Reality Check",
    ECCV 2020, https://arxiv.org/abs/2003.08505.

    Example: R is 1 throughout. 2.1 has its match nearest, 1.0 has it second, and the
    two ends have each other third.

        >>> scores = rank_scores([[0.0], [1.0], [2.1], [3.3]], [7, 8, 8, 7], k=(1, 3))
        >>> scores.recall_at, scores.map_at_r
        ({1: 0.25, 3: 1.0}, 0.25)
    """
    depths = [check_count(depth, "k") for depth in np.atleast_1d(k).tolist()]
    collection = _collection(embeddings, labels, gallery, gallery_labels, distance)
    deepest = max([*depths, int(collection.relevant.max())])
    found = {depth: [] for depth in (1, *depths)}
    precisions = []
    for hits, relevant in _hit_blocks(collection, deepest, block_size):
        precisions.append(average_precision_at_r(hits, relevant))
        for depth, blocks in found.items():
            blocks.append(hits[:, :depth].any(axis=1))
    recall_at = {depth: _mean(blocks) for depth, blocks in found.items()}
    return RankScores(
        precision_at_1=recall_at[1],
        recall_at={depth: recall_at[depth] for depth in depths},
        map_at_r=_mean(precisions),
        queries=len(collection.queries),
        lone_queries=collection.lone,
    )


def recall_at_k(
    embeddings,
    labels,
    k=1,
    *,
    gallery=None,
    gallery_labels=None,
    distance="euclidean",
    block_size=256,
):
    """Share of queries with at least one relevant item among their k nearest.

    Rules, arguments and errors are those of `rank_scores`; only k neighbours are sorted
    out. This is the "any hit" recall of metric learning, not the share of relevant
    items found.

    Returns:
        float in 0..1.

    Example: 5.0 is nearest to 4.0, of another class; 1.0 comes second.

        >>> recall_at_k([[0.0], [1.0], [4.0], [5.0]], ["a", "a", "b", "a"], k=1)
        0.6666666666666666
        >>> recall_at_k([[0.0], [1.0], [4.0], [5.0]], ["a", "a", "b", "a"], k=2)
        1.0
    """
    k = check_count(k, "k")
    collection = _collection(embeddings, labels, gallery, gallery_labels, distance)
    blocks = _hit_blocks(collection, k, block_size)
    return _mean([hits.any(axis=1) for hits, _ in blocks])


def precision_at_1(
    embeddings,
    labels,
    *,
    gallery=None,
    gallery_labels=None,
    distance="euclidean",
    block_size=256,
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
    block_size=256,
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
    collection = _collection(embeddings, labels, gallery, gallery_labels, distance)
    blocks = _hit_blocks(collection, int(collection.relevant.max()), block_size)
    return _mean([average_precision_at_r(*block) for block in blocks])


def _collection(embeddings, labels, gallery, gallery_labels, distance):
    queries = as_points(embeddings, distance)
    if gallery is not None:
        gallery = as_points(gallery, distance, "gallery")
    return as_collection(queries, labels, gallery, gallery_labels)


def _mean(blocks):
    return float(np.concatenate(blocks).mean())


def _hit_blocks(collection, depth, block_size):
    """Yields per block whether each of the `depth` nearest is a hit, and R."""
    depth = min(depth, collection.candidates)
    gallery = collection.gallery
    for rows in collection.blocks(check_count(block_size, "block_size")):
        own = None if collection.own is None else collection.own[rows]
        nearest = _nearest(collection.queries[rows], gallery, depth, own)
        own_rows = np.arange(len(collection.queries))[rows, None]
        yield collection.are_related(own_rows, nearest), collection.relevant[rows]


def average_precision_at_r(hits, relevant):
    """(1/R) sum over i <= R of P@i * relevant(i), for each row of `hits`."""
    rank = np.arange(1, hits.shape[1] + 1)
    precision = np.cumsum(hits, axis=1) / rank
    counted = hits & (rank <= relevant[:, None])
    return np.sum(precision, axis=1, where=counted) / relevant


def _nearest(queries, gallery, depth, own):
    """Gallery rows of the `depth` nearest, in order; equals by lower row first.

    A matrix product gives copies of one vector slightly different distances. Queries
    with neighbours closer to each other than its error are therefore measured again
    from the differences, which copies share exactly.
    """
    query_norms = np.einsum("ij,ij->i", queries, queries)[:, None]
    gallery_norms = np.einsum("ij,ij->i", gallery, gallery)
    squared = query_norms + gallery_norms - 2 * (queries @ gallery.T)
    _exclude(squared, own)
    last = min(depth, len(gallery) - 1)
    items = np.argpartition(squared, last, axis=1)[:, : depth + 1]
    distances = np.take_along_axis(squared, items, axis=1)
    order = np.argsort(distances, axis=1)
    nearest = np.take_along_axis(items, order, axis=1)[:, :depth]

    reach = (np.sqrt(query_norms) + np.sqrt(gallery_norms.max())) ** 2
    error = (2 * queries.shape[1] + 8) * np.finfo(np.float64).eps * reach
    gaps = np.diff(np.take_along_axis(distances, order, axis=1), axis=1)
    unsure = (gaps <= error).any(axis=1)
    exact = cdist(queries[unsure], gallery, "sqeuclidean")
    _exclude(exact, None if own is None else own[unsure])
    nearest[unsure] = np.argsort(exact, axis=1, kind="stable")[:, :depth]
    return nearest


def _exclude(distances, own):
    if own is not None:
        distances[np.arange(len(own)), own] = np.inf
