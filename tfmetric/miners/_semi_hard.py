"""Semi-hard mining: for every positive pair the nearest negative that lies beyond."""

import tensorflow as tf

from tfmetric._core._masks import pair_masks
from tfmetric._core._registry import registered
from tfmetric.miners._base import Miner, Triplets


@registered
class SemiHardMiner(Miner):
    """Joins each positive pair to the nearest negative further away than the positive.

    Where no negative lies beyond the positive, the furthest one is taken. Steadier than
    batch-hard on noisy labels. The margin plays no part in the choice.

    Cost: O(batch² log batch) time, O(batch²) memory, batch² tuples.

    Reference: Schroff, Kalenichenko, Philbin, 2015, "FaceNet", arXiv:1503.03832, section
    3.2; the fallback is tensorflow-addons'.
    """

    def __call__(self, labels, distances):
        distances = tf.convert_to_tensor(distances)
        positive, negative = pair_masks(labels, distances)
        batch = tf.shape(distances)[0]
        highest = distances.dtype.max
        order = tf.argsort(tf.where(negative, distances, highest), stable=True)
        ordered = tf.gather(tf.where(negative, distances, highest), order, batch_dims=1)
        beyond = tf.searchsorted(ordered, distances, side="right")
        last = tf.reduce_sum(tf.cast(negative, tf.int32), axis=1, keepdims=True) - 1
        chosen = tf.maximum(tf.minimum(beyond, last), 0)
        rows = tf.range(batch)[:, None] + tf.zeros_like(chosen)
        columns = tf.range(batch)[None, :] + tf.zeros_like(chosen)
        return Triplets(
            anchor=tf.reshape(rows, [-1]),
            positive=tf.reshape(columns, [-1]),
            negative=tf.reshape(tf.gather(order, chosen, batch_dims=1), [-1]),
            valid=tf.reshape(positive & (last >= 0), [-1]),
        )
