"""Easy-positive mining: each anchor need only find one of its class."""

import tensorflow as tf

from tfmetric._core._checks import check_flag
from tfmetric._core._registry import registered
from tfmetric.miners._base import Miner, Triplets
from tfmetric.miners._rows import cells_at, nearest


@registered
class EasyPositiveMiner(Miner):
    """Joins each anchor to its nearest positive and its nearest negative.

    Classes keep their inner spread, for an anchor is drawn to its most similar positive
    alone: the choice where one class looks many ways, and for classes never trained on.

    Args:
        semihard: take the nearest negative beyond the positive, the paper's best; an
            anchor that has none gives no triplet.

    Cost: O(batch²) time and memory.

    Reference: Xuan, Stylianou, Pless, 2020, "Improved Embeddings with Easy Positive
    Triplet Mining", arXiv:1904.04370: EPHN, and EPSHN with `semihard`.

    >>> import numpy as np
    >>> x = np.array([0.0, 2.0, 3.0, -1.0])
    >>> d = abs(x[:, None] - x)
    >>> triplets = EasyPositiveMiner()([7, 7, 7, 8], d)
    >>> [t.numpy()[triplets.valid].tolist() for t in triplets[:3]]
    [[0, 1, 2], [1, 2, 1], [3, 3, 3]]
    """

    def __init__(self, semihard=False):
        self.semihard = check_flag(semihard, "semihard")

    def select(self, distances, positive, negative):
        nearest_positive, any_positive = nearest(distances, positive)
        if self.semihard:
            negative &= distances > cells_at(distances, nearest_positive)[:, None]
        nearest_negative, any_negative = nearest(distances, negative)
        return Triplets(
            anchor=tf.range(tf.shape(distances)[0]),
            positive=nearest_positive,
            negative=nearest_negative,
            valid=any_positive & any_negative,
        )

    def get_config(self):
        """Settings to rebuild the miner from."""
        return {"semihard": self.semihard}
