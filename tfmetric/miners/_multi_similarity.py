"""Pairs that are hard beside the others of their anchor."""

import tensorflow as tf

from tfmetric._core._checks import check_not_negative
from tfmetric._core._registry import registered
from tfmetric.miners._base import PairMiner, Pairs


@registered
class MultiSimilarityMiner(PairMiner):
    """Keeps the negatives nearer than the furthest positive, and the reverse.

        negative (a, n) where d(a, n) < max over p of d(a, p) + epsilon
        positive (a, p) where d(a, p) > min over n of d(a, n) - epsilon

    An anchor without a positive or without a negative keeps nothing.

    Args:
        epsilon: >= 0, in units of the distance; 0.1 is the paper's, for the cosine.

    Cost: O(batch²) time and memory.

    Reference: Wang, Han, Huang, Dong, Scott, 2019, "Multi-Similarity Loss with General
    Pair Weighting", arXiv:1904.06627.

    >>> import numpy as np
    >>> x = np.array([0.0, 0.5, 0.75, 3.0])
    >>> d = abs(x[:, None] - x)
    >>> pairs = MultiSimilarityMiner()([7, 7, 8, 8], d)
    >>> [tf.where(mask).numpy().tolist() for mask in pairs]
    [[[1, 0], [2, 3]], [[1, 2], [2, 0], [2, 1]]]
    """

    def __init__(self, epsilon=0.1):
        self.epsilon = check_not_negative(epsilon, "epsilon")

    def select(self, distances, positive, negative):
        lowest, highest = distances.dtype.min, distances.dtype.max
        furthest = tf.reduce_max(tf.where(positive, distances, lowest), 1, keepdims=True)
        nearest = tf.reduce_min(tf.where(negative, distances, highest), 1, keepdims=True)
        return Pairs(
            positive=positive & (distances > nearest - self.epsilon),
            negative=negative & (distances < furthest + self.epsilon),
        )

    def get_config(self):
        """Settings to rebuild the miner from."""
        return {"epsilon": self.epsilon}
