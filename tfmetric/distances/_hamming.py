"""Hamming distance between codes."""

import tensorflow as tf

from tfmetric._core._product import product
from tfmetric._core._registry import registered
from tfmetric.distances._base import Distance


@registered
class Hamming(Distance):
    """Hamming distance, the number of bits in which two codes differ: 0..dim.

        d[i, j] = number of k where (a[i, k] > 0) != (b[j, k] > 0)

    Codes may be ±1, 0 and 1, or any real values: above zero is bit 1, else bit 0. The
    gradient is zero everywhere, so this is for evaluation; train on the relaxed values.
    Packed codes are searched by `tfmetric.retrieval`.

    Cost: O(n·m·dim) time as one matrix product, O(n·m) memory.

    >>> import tfmetric
    >>> tfmetric.distances.Hamming()([[1, -1, 1]], [[1, 1, 1], [-1, 1, -1]]).numpy()
    array([[1., 3.]], dtype=float32)
    """

    def _pairwise(self, a, b):
        bits = tf.cast(tf.shape(a)[1], a.dtype)
        return (bits - product(_signs(a), _signs(b))) / 2

    def _paired(self, a, b):
        return tf.reduce_sum(tf.abs(_signs(a) - _signs(b)), axis=-1) / 2


def _signs(values):
    # NaN is no bit, and stays.
    one = tf.ones_like(values)
    return tf.where(values > 0, one, tf.where(values <= 0, -one, values))
