"""All pairs of points within a reach of one of them, by the upper half of a product."""

from threading import Lock

import numpy as np
import tensorflow as tf

_TILE = 1024  # points to a side of what is multiplied at once, and fits a cache
_FEW = 1 / 64  # share of a tile that is looked at one by one


def near_pairs(points, norms, limits, most, pool):
    """Pairs of points whose squared distance is at most the limit of the first.

    Each tile of the upper half of all distances serves the points of its rows and those
    of its columns.

    Args:
        points: (points, dim) float32.
        norms: (points,) float32, their squared lengths.
        limits: (points,) float32.
        most: how many pairs are worth listing.
        pool: executor for the tiles.

    Returns:
        (pairs,) first points, rising, and the others; None where there are more than
        `most`.
    """
    tiles = [slice(start, start + _TILE) for start in range(0, len(points), _TILE)]
    with tf.device("CPU"):
        parts = [tf.constant(points[tile]) for tile in tiles]
        doubled = [-2 * part for part in parts]
    found = []
    left, turn = most, Lock()

    def add(first, other):
        nonlocal left
        with turn:
            left -= len(first)
            found.append((first, other))

    def search(corner):
        if left < 0:
            return
        row, column = corner
        with tf.device("CPU"):
            product = tf.matmul(doubled[row], parts[column], transpose_b=True)
        first, other, squared = in_reach(np.asarray(product), tiles[row], tiles[column])
        near = squared <= limits[first]
        add(first[near], other[near])
        if row != column:
            near = squared <= limits[other]
            add(other[near], first[near])

    def in_reach(product, rows, columns):
        """Points of rows and columns that may be near, and their squared distances."""
        reach = [limits[tile] - norms[tile] for tile in (rows, columns)]
        least = norms[rows].min(), norms[columns].min()
        # One bound of the whole tile, in one pass over it, is mostly enough.
        near = product <= max(reach[0].max() - least[1], reach[1].max() - least[0])
        if np.count_nonzero(near) > _FEW * product.size:
            near = product <= np.maximum(
                reach[0][:, None] - norms[columns], reach[1] - norms[rows, None]
            )
        row, column = np.divmod(np.flatnonzero(near), product.shape[1])
        products = product[row, column]
        row, column = np.int32(row + rows.start), np.int32(column + columns.start)
        return row, column, products + norms[row] + norms[column]

    upper = [(i, j) for i in range(len(tiles)) for j in range(i, len(tiles))]
    list(pool.map(search, upper))
    if left < 0:
        return None
    first, other = (np.concatenate(each) for each in zip(*found, strict=True))
    order = np.argsort(first, kind="stable")
    return first[order], other[order]
