"""The last step of every float search: measure the candidates, keep the nearest."""

import numpy as np

_CHUNK = 2**21  # numbers held at once while candidates are measured: 16 MB


def rank_candidates(queries, vectors, rows, positions, k, distance):
    """Nearest k of each query's candidates, equals by lower position first.

    Args:
        queries, vectors: (queries, dim) and (items, dim) float32, as searched.
        rows, positions: (candidates,) query and item of each pair to measure.
        k: places to fill.
        distance: how to express the squared Euclidean distance.

    Returns:
        (queries, k) positions, -1 where candidates ran out, and float32 distances.
    """
    squared = np.empty(len(rows))
    step = max(1, _CHUNK // vectors.shape[1])
    for start in range(0, len(rows), step):
        chunk = slice(start, start + step)
        items = vectors[positions[chunk]].astype(np.float64)
        difference = items - queries[rows[chunk]]
        squared[chunk] = np.einsum("ij,ij->i", difference, difference)
    order = np.lexsort((positions, squared, rows))
    rows = rows[order]
    place = np.arange(len(rows)) - np.searchsorted(rows, rows)
    cells = rows[place < k], place[place < k]
    nearest = np.full((len(queries), k), -1, np.int64)
    nearest[cells] = positions[order][place < k]
    distances = np.full((len(queries), k), np.inf, np.float32)
    distances[cells] = _express(squared[order][place < k], distance)
    return nearest, distances


def _express(squared, distance):
    if distance == "euclidean":
        return np.sqrt(squared)
    if distance == "cosine":  # of unit vectors: 1 - cos
        return squared / 2
    return squared
