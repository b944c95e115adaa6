"""Distances between directions: cosine and Pearson."""

import numpy as np
import tensorflow as tf

from tfmetric._core._numerics import unit_norm
from tfmetric._core._registry import registered
from tfmetric.distances._base import Distance


@registered
class Cosine(Distance):
    """Cosine distance, one minus the cosine of the angle: 0..2, blind to length.

        d[i, j] = 1 - a[i]·b[j] / (|a[i]| |b[j]|)

    A zero vector has no direction and is at distance 1 from everything, itself included.

    Cost: O(n·m·dim) time as one matrix product, O(n·m) memory.

    >>> import tfmetric
    >>> d = tfmetric.distances.Cosine()
    >>> d([[2.0, 0.0]], [[5.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]).numpy().tolist()
    [[0.0, 1.0, 2.0]]
    """

    def _pairwise(self, a, b):
        return _away(tf.matmul(unit_norm(a), unit_norm(b), transpose_b=True))

    def _paired(self, a, b):
        return _away(tf.reduce_sum(unit_norm(a) * unit_norm(b), axis=-1))


@registered
class Pearson(Cosine):
    """Pearson correlation distance, one minus the correlation of two vectors: 0..2.

    The cosine distance after each vector has lost its own mean: blind to scale and to
    offset. A constant vector is at distance 1 from everything.

    Cost: O(n·m·dim) time as one matrix product, O(n·m) memory.

    >>> import tfmetric
    >>> tfmetric.distances.Pearson().paired([[1.0, 2.0]], [[30.0, 10.0]]).numpy().tolist()
    [2.0]
    """

    def _pairwise(self, a, b):
        return super()._pairwise(_centered(a), _centered(b))

    def _paired(self, a, b):
        return super()._paired(_centered(a), _centered(b))


def _away(cosines):
    # Rounding takes cosines past -1 and 1. (NaN passes.)
    return 1 - tf.clip_by_value(cosines, -1, 1)


def _centered(vectors):
    centered = vectors - tf.reduce_mean(vectors, axis=-1, keepdims=True)
    # What rounding of the mean alone can leave counts as zero: no correlation is in it.
    noise = 4 * np.finfo(vectors.dtype.as_numpy_dtype).eps
    noise *= tf.reduce_max(tf.abs(vectors), axis=-1, keepdims=True)
    return tf.where(tf.abs(centered) <= noise, tf.zeros_like(centered), centered)
