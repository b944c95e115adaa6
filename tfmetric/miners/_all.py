"""Every triplet of the batch, written out."""

import tensorflow as tf

from tfmetric._core._masks import pair_masks
from tfmetric._core._registry import registered
from tfmetric.miners._base import Miner, Triplets


@registered
class AllTripletsMiner(Miner):
    """Lists every (anchor, positive, negative) of the batch.

    For looking at a batch or for a loss of your own. `TripletLoss(strategy="all")`
    averages the same triplets without listing them.

    Cost: O(batch³) time and memory, so batches of a few hundred at most.

    >>> import numpy as np
    >>> triplets = AllTripletsMiner()([7, 7, 8], np.zeros((3, 3)))
    >>> [t.numpy()[triplets.valid].tolist() for t in triplets[:3]]
    [[0, 1], [1, 0], [2, 2]]
    """

    def __call__(self, labels, distances):
        positive, negative = pair_masks(labels, distances)
        valid = tf.logical_and(positive[:, :, None], negative[:, None, :])
        cells = [tf.range(tf.shape(positive)[0])] * 3
        grid = [tf.reshape(index, [-1]) for index in tf.meshgrid(*cells, indexing="ij")]
        return Triplets(*grid, tf.reshape(valid, [-1]))
