"""The places of relevant items in the ranking of each query."""

import numpy as np
from scipy.spatial.distance import cdist

_WORKING_MEMORY = 2**28  # bytes, where the number of queries at a time is not given


def rank_relevant(collection, block_size=None):
    """Yields, block by block of the queries, the places of their relevant items.

    Args:
        collection: Collection of float64 points, ranked by Euclidean distance; items at
            the same distance rank by lower index first.
        block_size: queries at a time, or None.

    Yields:
        (slice of the queries, places from 1 that rise within each query, the queries
        one after the other).
    """
    items = np.arange(len(collection.gallery))
    if block_size is None:
        block_size = max(1, _WORKING_MEMORY // (32 * len(items)))
    for rows in collection.blocks(block_size):
        queries = collection.queries[rows]
        distances = cdist(queries, collection.gallery, "sqeuclidean")
        if collection.own is not None:
            distances[np.arange(len(queries)), collection.own[rows]] = np.inf
        nearest = np.argsort(distances, axis=1, kind="stable")[:, : collection.candidates]
        index = np.arange(len(collection.queries))[rows, None]
        yield rows, np.nonzero(collection.are_related(index, nearest))[1] + 1
