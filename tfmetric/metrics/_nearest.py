"""The nearest items of each query, in order."""

import numpy as np
from scipy.spatial.distance import cdist


def nearest_items(queries, gallery, depth, own):
    """Gallery rows of the `depth` nearest, in order; equals by lower row first.

    A matrix product gives copies of one vector slightly different distances. Queries
    with neighbours closer to each other than its error are therefore measured again
    from the differences, which copies share exactly.

    Args:
        queries, gallery: (queries, dim) and (items, dim) float64.
        depth: how many to find, at most the items beside the own ones.
        own: (queries,) row of each query in the gallery, to be left out, or None.
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
