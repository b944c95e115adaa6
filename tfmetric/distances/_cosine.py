"""Distances between directions: cosine, Pearson, angle."""

from math import pi

import numpy as np
import tensorflow as tf

from tfmetric._core._numerics import unit_norm
from tfmetric._core._product import product, with_ones
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
        # The columns of ones add the 1 within the product.
        return _clipped(product(with_ones(-unit_norm(a)), with_ones(unit_norm(b))))

    def _paired(self, a, b):
        return _clipped(1 - tf.reduce_sum(unit_norm(a) * unit_norm(b), axis=-1))


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
        return super()._pairwise(centered(a), centered(b))

    def _paired(self, a, b):
        return super()._paired(centered(a), centered(b))


@registered
class Angular(Cosine):
    """The angle between two vectors in radians: 0..pi, blind to length.

        d[i, j] = arccos(a[i]·b[j] / (|a[i]| |b[j]|))

    The length of the way on the sphere, so unlike the cosine distance it obeys the
    triangle inequality. A zero vector is at a right angle to everything. Angles within
    rounding of 0 or pi (0.002 in float32) count as such, and their gradient is zero.

    Cost: O(n·m·dim) time as one matrix product, O(n·m) memory.

    >>> import tfmetric
    >>> angles = tfmetric.distances.Angular()([[2.0, 0.0]], [[3.0, 3.0], [0.0, 1.0]])
    >>> np.degrees(angles).round(3).tolist()
    [[45.0, 90.0]]
    """

    def _pairwise(self, a, b):
        return _angle(super()._pairwise(a, b))

    def _paired(self, a, b):
        return _angle(super()._paired(a, b))


@tf.custom_gradient
def _clipped(d):
    # Rounding takes cosines past -1 and 1, where their derivative is zero by itself.
    # (NaN passes.)
    return tf.clip_by_value(d, 0, 2), lambda g: g


def _angle(d):
    """Angles from cosine distances."""
    noise = 10 * np.finfo(d.dtype.as_numpy_dtype).eps
    zero, half_turn = tf.zeros_like(d), pi * tf.ones_like(d)
    near, far = d <= noise, d >= 2 - noise
    between = tf.acos(1 - tf.where(near | far, tf.ones_like(d), d))
    return tf.where(near, zero, tf.where(far, half_turn, between))


def centered(vectors):
    """Takes from each vector its own mean; a constant one becomes zero."""
    rest = vectors - tf.reduce_mean(vectors, axis=-1, keepdims=True)
    # What rounding of the mean alone can leave counts as zero: no correlation is in it.
    noise = 4 * np.finfo(vectors.dtype.as_numpy_dtype).eps
    noise *= tf.reduce_max(tf.abs(vectors), axis=-1, keepdims=True)
    return tf.where(tf.abs(rest) <= noise, tf.zeros_like(rest), rest)
