"""Quadruplets of a batch: an anchor, its positive, and negatives of two other classes."""

import tensorflow as tf

from tfmetric._core._registry import registered
from tfmetric.miners._base import QuadrupletMiner, Quadruplets
from tfmetric.miners._rows import every_index, furthest, nearest


@registered
class AllQuadrupletsMiner(QuadrupletMiner):
    """Lists every (anchor, positive, negative, second negative) of the batch.

    For looking at a batch or for a loss of your own. `QuadrupletLoss(strategy="all")`
    averages the same quadruplets without listing them.

    Cost: O(batch⁴) time and memory, so batches of a few dozen at most.

    >>> import numpy as np
    >>> found = AllQuadrupletsMiner()([7, 7, 8, 9], np.zeros((4, 4)))
    >>> [q.numpy()[found.valid].tolist() for q in found[:4]]
    [[0, 0, 1, 1], [1, 1, 0, 0], [2, 3, 2, 3], [3, 2, 3, 2]]
    """

    def select(self, distances, positive, negative):
        first = negative[:, None, :, None]
        second = negative[:, None, None, :]
        valid = positive[:, :, None, None] & first & second & negative[None, None]
        indices = every_index(*tf.unstack(tf.shape(valid)))
        return Quadruplets(*indices, tf.reshape(valid, [-1]))


@registered
class HardQuadrupletMiner(QuadrupletMiner):
    """Joins each anchor to its furthest positive, its nearest negative and one more.

    The second negative is the one nearest to the first, of neither its class nor the
    anchor's. An anchor gives no quadruplet where a positive or either negative is
    lacking: the batch needs three classes. Of equal distances the first wins.
    `QuadrupletLoss(strategy="hard")` is harder still: it sets the furthest positive
    against the nearest two negatives anywhere, as well as against the nearest negative.

    Cost: O(batch²) time and memory.

    Reference: Chen, Chen, Zhang, Huang, 2017, "Beyond triplet loss", arXiv:1704.01719,
    whose quadruplets these are; the choice is batch-hard, arXiv:1703.07737.

    >>> import numpy as np
    >>> x = np.array([0.0, 1.0, 3.0, 6.0])
    >>> d = abs(x[:, None] - x)
    >>> found = HardQuadrupletMiner()([7, 7, 8, 9], d)
    >>> [q.numpy()[found.valid].tolist() for q in found[:4]]
    [[0, 1], [1, 0], [2, 2], [3, 3]]
    """

    def select(self, distances, positive, negative):
        furthest_positive, any_positive = furthest(distances, positive)
        nearest_negative, any_negative = nearest(distances, negative)
        others = negative & tf.gather(negative, nearest_negative)
        around = tf.gather(distances, nearest_negative)
        second_negative, any_second = nearest(around, others)
        return Quadruplets(
            anchor=tf.range(tf.shape(distances)[0]),
            positive=furthest_positive,
            negative=nearest_negative,
            second_negative=second_negative,
            valid=any_positive & any_negative & any_second,
        )
