"""Euclidean distance, plain and squared."""

import numpy as np
import tensorflow as tf

from tfmetric._core._numerics import safe_sqrt
from tfmetric._core._registry import registered
from tfmetric.distances._base import Distance


@registered
class SquaredEuclidean(Distance):
    """Squared Euclidean distance, the sum of squared differences.

        d[i, j] = sum_k (a[i, k] - b[j, k])**2

    Smooth everywhere, so the usual choice inside a loss. For unit vectors it is
    `2 * cosine distance` and lies in 0..4.

    Cost: O(n·m·dim) time as one matrix product, O(n·m) memory.

    >>> import tfmetric
    >>> d = tfmetric.distances.SquaredEuclidean()
    >>> d([[0.0, 0.0]], [[3.0, 4.0], [0.0, 2.0]]).numpy().tolist()
    [[25.0, 4.0]]
    """

    def _pairwise(self, a, b):
        # Distances do not change when both sets move; near the origin they lose least.
        center = tf.stop_gradient(tf.reduce_mean(a, axis=0, keepdims=True))
        a, b = a - center, b - center
        squares = (
            tf.reduce_sum(tf.square(a), axis=1)[:, None]
            + tf.reduce_sum(tf.square(b), axis=1)[None, :]
        )
        d = squares - 2 * tf.matmul(a, b, transpose_b=True)
        # What rounding alone can produce counts as zero, so that duplicates have no
        # distance, and the square root no gradient there. (NaN passes.)
        noise = 10 * np.finfo(d.dtype.as_numpy_dtype).eps * squares
        return tf.where(d <= noise, tf.zeros_like(d), d)

    def _paired(self, a, b):
        return tf.reduce_sum(tf.math.squared_difference(a, b), axis=-1)


@registered
class Euclidean(SquaredEuclidean):
    """Euclidean distance, the length of the difference.

        d[i, j] = sqrt(sum_k (a[i, k] - b[j, k])**2)

    The gradient at equal points is zero. For unit vectors it lies in 0..2.

    Cost: O(n·m·dim) time as one matrix product, O(n·m) memory.

    >>> import tfmetric
    >>> tfmetric.distances.Euclidean().paired([[0.0, 0.0]], [[3.0, 4.0]]).numpy().tolist()
    [5.0]
    """

    def _pairwise(self, a, b):
        return safe_sqrt(super()._pairwise(a, b))

    def _paired(self, a, b):
        return safe_sqrt(super()._paired(a, b))
