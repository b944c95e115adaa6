"""The hardest share of all pairs of the batch."""

import tensorflow as tf

from tfmetric._core._checks import check_positive
from tfmetric._core._registry import registered
from tfmetric.miners._base import PairMiner, Pairs


@registered
class HardFractionMiner(PairMiner):
    """Keeps a share of the pairs: the furthest positives and the nearest negatives.

    The share is of the whole batch, not of each anchor. Of n pairs it keeps the
    `ceil(fraction · n)` hardest, and any as hard as the last of them.

    Args:
        fraction: above 0 and at most 1.

    Raises:
        ValueError: a fraction out of range.

    Cost: O(batch² log batch) time, O(batch²) memory.

    Reference: Yuan, Yang, Zhang, 2017, "Hard-Aware Deeply Cascaded Embedding",
    arXiv:1611.05720.

    >>> import numpy as np
    >>> x = np.array([0.0, 0.25, 1.0, 4.0])
    >>> d = abs(x[:, None] - x)
    >>> pairs = HardFractionMiner()([7, 7, 8, 8], d)
    >>> [tf.where(mask).numpy().tolist() for mask in pairs]
    [[[2, 3], [3, 2]], [[0, 2], [1, 2], [2, 0], [2, 1]]]
    """

    def __init__(self, fraction=0.5):
        self.fraction = check_positive(fraction, "fraction")
        if self.fraction > 1:
            raise ValueError(f"Expected fraction <= 1. Received: {fraction!r}")

    def select(self, distances, positive, negative):
        return Pairs(
            positive=self._lowest(-distances, positive),
            negative=self._lowest(distances, negative),
        )

    def _lowest(self, values, mask):
        pairs = tf.math.count_nonzero(mask, dtype=tf.float64)
        kept = tf.cast(tf.math.ceil(self.fraction * pairs), tf.int32)
        ordered = tf.sort(tf.reshape(tf.where(mask, values, values.dtype.max), [-1]))
        return mask & (values <= ordered[tf.maximum(kept - 1, 0)])

    def get_config(self):
        """Settings to rebuild the miner from."""
        return {"fraction": self.fraction}
