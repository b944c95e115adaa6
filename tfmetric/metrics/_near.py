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
            product = tf.matmul(-2 * parts[row], parts[column], transpose_b=True)
        product = np.asarray(product)
        add(*within(product, tiles[row], tiles[column], axis=0))
        if row != column:
            add(*within(product, tiles[row], tiles[column], axis=1)[::-1])

    def within(product, rows, columns, axis):
        """Rows and columns in reach of the point that is its row, or its column."""
        norm = np.expand_dims(norms[rows], 1), norms[columns]
        limit = (limits[rows, None], limits[columns])[axis]
        # The least norm for that of each other point saves a sum over the whole tile.
        near = product <= limit - norm[axis] - norm[1 - axis].min()
        if np.count_nonzero(near) > _FEW * product.size:
            near = product + norm[0] + norm[1] <= limit
        row, column = np.divmod(np.flatnonzero(near), product.shape[1])
        return np.int32(row + rows.start), np.int32(column + columns.start)

    upper = [(i, j) for i in range(len(tiles)) for j in range(i, len(tiles))]
    list(pool.map(search, upper))
    if left < 0:
        return None
    first, other = (np.concatenate(each) for each in zip(*found, strict=True))
    order = np.argsort(first, kind="stable")
    return first[order], other[order]
