"""Triplets by the angle at the negative."""

from math import radians, tan

import tensorflow as tf

from tfmetric._core._checks import check_positive
from tfmetric._core._registry import registered
from tfmetric.miners._all import listed_triplets, triplet_mask
from tfmetric.miners._base import Miner


@registered
class AngularMiner(Miner):
    """Lists the triplets in which the negative sees the positive pair at a wide angle.

        arctan(|a - p| / (2 |n - c|)) > angle, where c = (a + p) / 2

    Scale plays no part: a negative is near or far in proportion to the positive pair.
    Distances must be Euclidean, not squared; `|n - c|` follows from the triangle's sides.

    Args:
        angle: in degrees, above 0 and below 90.

    Raises:
        ValueError: an angle out of range, or distances that are not square.

    Cost: O(batch³) time and memory, so batches of a few hundred at most: there may be
    as many triplets.

    Reference: Wang, Zhou, Wen, Liu, Lin, 2017, "Deep Metric Learning with Angular Loss",
    arXiv:1708.01682.

    >>> import numpy as np
    >>> x = np.array([0.0, 2.0, 1.0, 9.0])
    >>> d = abs(x[:, None] - x)
    >>> triplets = AngularMiner()([7, 7, 8, 9], d)
    >>> [t.numpy()[triplets.valid].tolist() for t in triplets[:3]]
    [[0, 1], [1, 0], [2, 2]]
    """

    def __init__(self, angle=20.0):
        self.angle = check_positive(angle, "angle")
        if self.angle >= 90:
            raise ValueError(f"Expected angle < 90 degrees. Received: {angle!r}")

    def select(self, distances, positive, negative):
        if not distances.shape[:1].is_compatible_with(distances.shape[1:]):
            raise ValueError(
                "Expected distances within one batch, without a memory. "
                f"Received: shape={distances.shape}"
            )
        squares = tf.square(distances)
        pair = squares[:, :, None]
        # Four times the square of the triangle's median, from its sides.
        median = tf.maximum(2 * squares[:, None, :] + 2 * squares[None] - pair, 0)
        wide = pair > tan(radians(self.angle)) ** 2 * median
        return listed_triplets(triplet_mask(positive, negative) & wide)

    def get_config(self):
        """Settings to rebuild the miner from."""
        return {"angle": self.angle}
