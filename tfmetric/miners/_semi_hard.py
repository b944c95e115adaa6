"""Semi-hard mining: for every positive pair the nearest negative that lies beyond."""

import tensorflow as tf

from tfmetric._core._registry import registered
from tfmetric.miners._base import Miner, Triplets
from tfmetric.miners._rows import every_pair


@registered
class SemiHardMiner(Miner):
    """Joins each positive pair to the nearest negative further away than the positive.

    Where no negative lies beyond the positive, the furthest one is taken. Steadier than
    batch-hard on noisy labels. The margin plays no part in the choice.

    Cost: O(batch² log batch) time, O(batch²) memory, batch² tuples.

    Reference: Schroff, Kalenichenko, Philbin, 2015, "FaceNet", arXiv:1503.03832, section
    3.2; the fallback is tensorflow-addons'.

    >>> import numpy as np
    >>> x = np.array([0.0, 2.0, -1.0, 3.0])
    >>> d = abs(x[:, None] - x)
    >>> triplets = SemiHardMiner()([7, 7, 8, 9], d)
    >>> [t.numpy()[triplets.valid].tolist() for t in triplets[:3]]
    [[0, 1], [1, 0], [3, 2]]
    """

    def select(self, distances, positive, negative):
        cells = tf.where(negative, distances, distances.dtype.max)
        order = tf.argsort(cells, stable=True)
        ordered = tf.gather(cells, order, batch_dims=1)
        beyond = tf.searchsorted(ordered, distances, side="right")
        last = tf.reduce_sum(tf.cast(negative, tf.int32), axis=1, keepdims=True) - 1
        chosen = tf.gather(order, tf.maximum(tf.minimum(beyond, last), 0), batch_dims=1)
        valid = positive & tf.gather(negative, chosen, batch_dims=1)
        anchor, column = every_pair(positive)
        return Triplets(
            anchor=anchor,
            positive=column,
            negative=tf.reshape(chosen, [-1]),
            valid=tf.reshape(valid, [-1]),
        )
