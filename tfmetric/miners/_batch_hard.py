"""Batch-hard mining: one triplet per anchor, the hardest the batch offers."""

import tensorflow as tf

from tfmetric._core._registry import registered
from tfmetric.miners._base import Miner, Triplets
from tfmetric.miners._rows import furthest, nearest


@registered
class BatchHardMiner(Miner):
    """Joins each anchor to its furthest positive and its nearest negative.

    Strong signal from batches of few examples per class; sensitive to wrong labels, and
    at the very start of training prone to collapse with large margins. An anchor that
    lacks a positive or a negative gives no triplet; of equal distances the first wins.

    Cost: O(batch²) time and memory.

    Reference: Hermans, Beyer, Leibe, 2017, "In Defense of the Triplet Loss for Person
    Re-Identification", arXiv:1703.07737, equation 5.

    >>> import numpy as np
    >>> x = np.array([0.0, 1.0, 4.0, 3.0])
    >>> d = abs(x[:, None] - x)
    >>> triplets = BatchHardMiner()([7, 7, 8, 9], d)
    >>> [t.numpy()[triplets.valid].tolist() for t in triplets[:3]]
    [[0, 1], [1, 0], [3, 3]]
    """

    def select(self, distances, positive, negative):
        furthest_positive, any_positive = furthest(distances, positive)
        nearest_negative, any_negative = nearest(distances, negative)
        return Triplets(
            anchor=tf.range(tf.shape(distances)[0]),
            positive=furthest_positive,
            negative=nearest_negative,
            valid=any_positive & any_negative,
        )
