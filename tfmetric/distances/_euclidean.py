"""Euclidean distance, plain and squared."""

import numpy as np
import tensorflow as tf

from tfmetric._core._numerics import safe_sqrt
from tfmetric._core._product import pulls
from tfmetric._core._registry import registered
from tfmetric.distances._base import Distance


@registered
class SquaredEuclidean(Distance):
    """Squared Euclidean distance, the sum of squared differences.

        d[i, j] = sum_k (a[i, k] - b[j, k])**2

    Smooth everywhere, so the usual choice inside a loss. For unit vectors it is
    `2 * cosine distance` and lies in 0..4. What rounding alone can produce counts as
    zero: in float32 distances below a millionth of the squared lengths, measured from
    the mean of the second set.

    Cost: O(n·m·dim) time as one matrix product, O(n·m) memory.

    >>> import tfmetric
    >>> d = tfmetric.distances.SquaredEuclidean()
    >>> d([[0.0, 0.0]], [[3.0, 4.0], [0.0, 2.0]]).numpy().tolist()
    [[25.0, 4.0]]
    """

    def _pairwise(self, a, b):
        return _squared_distances(*about_one_center(a, b))

    def _paired(self, a, b):
        return tf.reduce_sum(tf.math.squared_difference(a, b), axis=-1)


@registered
class Euclidean(Distance):
    """Euclidean distance, the length of the difference.

        d[i, j] = sqrt(sum_k (a[i, k] - b[j, k])**2)

    The gradient at equal points is zero. For unit vectors it lies in 0..2. Rounding
    counts as zero as in `SquaredEuclidean`.

    Cost: O(n·m·dim) time as one matrix product, O(n·m) memory.

    >>> import tfmetric
    >>> tfmetric.distances.Euclidean().paired([[0.0, 0.0]], [[3.0, 4.0]]).numpy().tolist()
    [5.0]
    """

    def _pairwise(self, a, b):
        return _distances(*about_one_center(a, b))

    def _paired(self, a, b):
        return safe_sqrt(tf.reduce_sum(tf.math.squared_difference(a, b), axis=-1))


def about_one_center(a, b):
    """Both sets moved alike, which no distance sees: near the origin they lose least."""
    center = tf.stop_gradient(tf.reduce_mean(b, axis=0, keepdims=True))
    return a - center, b - center


def _squared(a, b):
    """Squared distances, and where they are no more than rounding."""
    squares_a = tf.reduce_sum(tf.square(a), axis=1, keepdims=True)
    squares_b = tf.reduce_sum(tf.square(b), axis=1)
    d = squares_a + squares_b + tf.matmul(-2 * a, b, transpose_b=True)
    # Two vectors this near have one length, so that of `a` stands for both.
    zero = d <= noise(squares_a)
    return zeroed(d, zero), zero


def noise(squares):
    """What rounding alone can make of a squared distance between vectors so long."""
    return 20 * np.finfo(squares.dtype.as_numpy_dtype).eps * squares


@tf.custom_gradient
def _squared_distances(a, b):
    d, zero = _squared(a, b)

    def gradient(g):
        return pulls(zeroed(g, zero), 2 * a, 2 * b)

    return d, gradient


@tf.custom_gradient
def _distances(a, b):
    d = tf.sqrt(_squared(a, b)[0])

    def gradient(g):
        return pulls(tf.math.divide_no_nan(g, d), a, b)

    return d, gradient


def zeroed(cells, mask):
    """Zero in the masked cells. (NaN is not below anything, so it passes.)"""
    return tf.where(mask, tf.zeros([], cells.dtype), cells)
