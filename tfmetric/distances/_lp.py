"""Distances by powers of the differences: Manhattan and Minkowski's."""

import tensorflow as tf

from tfmetric._core._checks import check_number
from tfmetric._core._registry import registered
from tfmetric.distances._base import Distance
from tfmetric.distances._blocks import map_rows

# Differences held at a time: a few megabytes, near to a processor's cache.
_CELLS = 2**20


@registered
class Lp(Distance):
    """Minkowski distance, the p-norm of the difference.

        d[i, j] = (sum_k |a[i, k] - b[j, k]|**p)**(1 / p)

    A larger `p` lets the largest difference decide; `p=1` is `Manhattan`, and for `p=2`
    `Euclidean` is far quicker. The gradient at equal points is zero. Nothing overflows:
    differences are taken relative to the largest of each pair.

    Args:
        p: at least 1; below it there is no triangle inequality.

    Raises:
        ValueError: `p` < 1.

    Cost: O(n·m·dim) time with one power each, no matrix product: a hundred times that
    of `Euclidean`. O(n·m) memory, forward and backward: blocks of rows are worked on.

    >>> import tfmetric
    >>> d = tfmetric.distances.Lp(3)([[0.0, 0.0, 0.0]], [[3.0, -4.0, 5.0]])
    >>> round(float(d[0, 0]), 5)  # 27 + 64 + 125 = 216
    6.0
    """

    def __init__(self, p):
        self.p = check_number(p, "p")
        if self.p < 1:
            raise ValueError(f"Expected p >= 1. Received: {p!r}")

    def _pairwise(self, a, b):
        return _distances(a, b, self.p)

    def _paired(self, a, b):
        return _norms(a - b, self.p)

    def get_config(self):
        """Settings to rebuild the distance from."""
        return {"p": self.p}


@registered
class Manhattan(Distance):
    """Manhattan distance, the sum of absolute differences.

        d[i, j] = sum_k |a[i, k] - b[j, k]|

    Cost: O(n·m·dim) time, tens of times that of `Euclidean`, for no matrix product
    computes it. O(n·m) memory, forward and backward: blocks of rows are worked on.

    >>> import tfmetric
    >>> tfmetric.distances.Manhattan()([[0.0, 0.0]], [[3.0, -4.0]]).numpy().tolist()
    [[7.0]]
    """

    def _pairwise(self, a, b):
        return _distances(a, b, 1)

    def _paired(self, a, b):
        return _norms(a - b, 1)


def _distances(a, b, p):
    @tf.custom_gradient
    def distances(a, b):
        d = map_rows(lambda rows: _length(rows[:, None] - b, p), [a], _rows_for(b))

        def gradient(g):
            turned = tf.transpose(d), tf.transpose(g)
            return _pull(a, b, d, g, p), _pull(b, a, *turned, p)

        return d, gradient

    return distances(a, b)


def _pull(a, b, d, g, p):
    """Gradient of `sum(g * d)` by `a`, where `d` are the distances from `a` to `b`."""

    def rows(a, d, g):
        slopes = _slope(a[:, None] - b, d, p)
        return tf.squeeze(tf.matmul(g[:, None], slopes), axis=1)

    return map_rows(rows, [a, d, g], _rows_for(b))


def _norms(differences, p):
    @tf.custom_gradient
    def norms(differences):
        d = _length(differences, p)
        return d, lambda g: g[:, None] * _slope(differences, d, p)

    return norms(differences)


def _length(differences, p):
    sizes = tf.abs(differences)
    if p == 1:
        return tf.reduce_sum(sizes, axis=-1)
    largest = tf.reduce_max(sizes, axis=-1)
    shares = tf.math.divide_no_nan(sizes, largest[..., None])
    return largest * tf.reduce_sum(shares**p, axis=-1) ** (1 / p)


def _slope(differences, d, p):
    """Derivative of the length by each difference: at most one, zero for no length."""
    signs = tf.sign(differences)
    if p == 1:
        return signs
    return signs * tf.math.divide_no_nan(tf.abs(differences), d[..., None]) ** (p - 1)


def _rows_for(b):
    """Rows of a block, so that their differences from all of `b` fit."""
    cells = b.shape.num_elements()
    if cells is None:
        return tf.maximum(_CELLS // tf.maximum(tf.size(b), 1), 1)
    return max(_CELLS // max(cells, 1), 1)
