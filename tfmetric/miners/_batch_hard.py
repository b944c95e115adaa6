"""Batch-hard mining: one triplet per anchor, the hardest the batch offers."""

import tensorflow as tf

from tfmetric._core._masks import pair_masks
from tfmetric._core._registry import registered
from tfmetric.miners._base import Miner, Triplets


@registered
class BatchHardMiner(Miner):
    """Joins each anchor to its furthest positive and its nearest negative.

    Strong signal from batches of few examples per class; sensitive to wrong labels, and
    at the very start of training prone to collapse with large margins. An anchor that
    lacks a positive or a negative gives no triplet.

    Cost: O(batch²) time and memory.

    Reference: Hermans, Beyer, Leibe, 2017, "In Defense of the Triplet Loss for Person
    Re-Identification", arXiv:1703.07737, equation 5.
    """

    def __call__(self, labels, distances):
        distances = tf.convert_to_tensor(distances)
        positive, negative = pair_masks(labels, distances)
        furthest = tf.where(positive, distances, distances.dtype.min)
        nearest = tf.where(negative, distances, distances.dtype.max)
        return Triplets(
            anchor=tf.range(tf.shape(distances)[0]),
            positive=tf.argmax(furthest, axis=1, output_type=tf.int32),
            negative=tf.argmin(nearest, axis=1, output_type=tf.int32),
            valid=tf.reduce_any(positive, axis=1) & tf.reduce_any(negative, axis=1),
        )
