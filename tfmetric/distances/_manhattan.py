"""Manhattan distance."""

import tensorflow as tf

from tfmetric._core._registry import registered
from tfmetric.distances._base import Distance


@registered
class Manhattan(Distance):
    """Manhattan distance, the sum of absolute differences.

        d[i, j] = sum_k |a[i, k] - b[j, k]|

    Cost: O(n·m·dim) time and memory: no matrix product computes it.

    >>> import tfmetric
    >>> tfmetric.distances.Manhattan()([[0.0, 0.0]], [[3.0, -4.0]]).numpy().tolist()
    [[7.0]]
    """

    def _pairwise(self, a, b):
        return self._paired(a[:, None], b[None, :])

    def _paired(self, a, b):
        return tf.reduce_sum(tf.abs(a - b), axis=-1)
