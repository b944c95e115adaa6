"""Every triplet of the batch, written out."""

import tensorflow as tf

from tfmetric._core._registry import registered
from tfmetric.miners._base import Miner, Triplets
from tfmetric.miners._rows import every_index


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

    def select(self, distances, positive, negative):
        return listed_triplets(triplet_mask(positive, negative))


def triplet_mask(positive, negative):
    """Which (anchor, positive, negative) are triplets: (rows, columns, columns) bool."""
    return positive[:, :, None] & negative[:, None, :]


def listed_triplets(valid):
    """Every cell of a (rows, columns, columns) mask as `Triplets`."""
    indices = every_index(*tf.unstack(tf.shape(valid)))
    return Triplets(*indices, tf.reshape(valid, [-1]))
