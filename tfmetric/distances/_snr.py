"""Signal-to-noise ratio distance."""

import numpy as np
import tensorflow as tf

from tfmetric._core._product import pulls
from tfmetric._core._registry import registered
from tfmetric.distances._base import Distance
from tfmetric.distances._cosine import centered
from tfmetric.distances._euclidean import (
    SquaredEuclidean,
    about_one_center,
    noise,
    zeroed,
)


@registered
class SNR(Distance):
    """Signal-to-noise ratio distance: the variance of the difference over the anchor's.

        d[i, j] = var(a[i] - b[j]) / var(a[i])

    The row is the anchor (the signal), the column what it is compared with, and their
    difference the noise: `d` is not symmetric. It is blind to the offset of either and
    to a common scale. An anchor of no variance carries no signal and is at distance 1
    from everything, itself included, as a constant vector is from any anchor.
    `QuadrupletLoss`, which takes `d[i, j]` for `d[j, i]`, refuses it.

    Cost: O(n·m·dim) time as one matrix product, O(n·m) memory.

    Reference: Yuan, Deng, Tang, Tang, Chen, 2019, "Signal-to-Noise Ratio: A Robust
    Distance Metric for Deep Metric Learning", arXiv:1904.02616.

    >>> import tfmetric
    >>> d = tfmetric.distances.SNR()
    >>> d([[0.0, 2.0]], [[5.0, 7.0], [0.0, 6.0], [1.0, 1.0]]).numpy().tolist()
    [[0.0, 4.0, 1.0]]
    """

    symmetric = False

    def _pairwise(self, a, b):
        a, b = centered(a), centered(b)
        signal, silent = _power(a)
        return _ratios(*about_one_center(a, b), 1 / signal[:, None], silent[:, None])

    def _paired(self, a, b):
        a, b = centered(a), centered(b)
        signal, silent = _power(a)
        return SquaredEuclidean()._paired(a, b) / signal + silent


@tf.custom_gradient
def _ratios(a, b, weights, silent):
    """Squared distances times the weight of the row, plus what it has where silent."""
    own, others = tf.reduce_sum(tf.square(a), 1, True), tf.reduce_sum(tf.square(b), 1, True)
    # |a|² - 2 a·b + |b|², all of it over the signal, is one product.
    rows = tf.concat([-2 * weights * a, weights * own + silent, weights], axis=1)
    columns = tf.concat([b, tf.ones_like(others), others], axis=1)
    d = tf.matmul(rows, columns, transpose_b=True)
    zero = d <= noise(own * weights)
    d = zeroed(d, zero)

    def gradient(g):
        of_a, of_b = pulls(zeroed(g * weights, zero), 2 * a, 2 * b)
        of_weights = tf.reduce_sum(g * d, axis=1, keepdims=True)
        return of_a, of_b, tf.math.divide_no_nan(of_weights, weights), None

    return d, gradient


def _power(anchors):
    """What to divide by, infinite for anchors of no variance, and 1 for those, else 0."""
    power = tf.reduce_sum(tf.square(anchors), axis=1)
    silent = power < np.finfo(power.dtype.as_numpy_dtype).tiny
    infinite = tf.constant(np.inf, power.dtype)
    return tf.where(silent, infinite, power), tf.cast(silent, power.dtype)
