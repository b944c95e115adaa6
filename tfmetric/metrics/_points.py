"""Exact distances of listed pairs of points, and which points are copies of others."""

import numpy as np

_CHUNK = 2**20  # numbers held at once while pairs are measured: 8 MB


def squared_distances(left, left_rows, right, right_rows):
    """Squared Euclidean distances of pairs of rows, from differences; copies agree."""
    squared = np.empty(len(left_rows))
    step = max(1, _CHUNK // left.shape[1])
    for start in range(0, len(squared), step):
        chunk = slice(start, start + step)
        difference = left[left_rows[chunk]] - right[right_rows[chunk]]
        squared[chunk] = np.einsum("ij,ij->i", difference, difference)
    return squared


def first_copies(points):
    """For each row of float64 points the first row that is a copy; None without copies."""
    generator = np.random.default_rng(0)
    weights = generator.integers(1, 2**63, points.shape[1], dtype=np.uint64)
    keys = np.ascontiguousarray(points).view(np.uint64) @ weights
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    if len(first) == len(points):
        return None
    rows = np.arange(len(points))
    first = first[inverse]
    moved = np.flatnonzero(first != rows)
    differ = squared_distances(points, moved, points, first[moved]) > 0
    first[moved[differ]] = moved[differ]  # as good as never: two vectors with one key
    return first
