"""Negatives of all distances alike, on the unit sphere."""

import numpy as np
import tensorflow as tf

from tfmetric._core._checks import check_count, check_positive
from tfmetric._core._registry import registered
from tfmetric.miners._base import Miner, Triplets
from tfmetric.miners._random import uniform_cells
from tfmetric.miners._rows import every_pair


@registered
class DistanceWeightedMiner(Miner):
    """Joins each positive pair to a negative drawn evenly by its distance.

        P(n | a) ~ 1 / q(max(d(a, n), cutoff)) where d(a, n) < upper, else 0
        q(d) = d^(dim - 2) (1 - d² / 4)^((dim - 3) / 2)

    Points on a sphere of many dimensions lie nearly all at distance √2, where a margin
    loss of 0.2 about 1.2 is zero; dividing by their density `q` draws negatives of
    every distance. Give it plain Euclidean distances of unit vectors. An anchor without
    a negative nearer than `upper` gives no triplet.

    Args:
        dim: length of the embeddings, at least 2.
        cutoff: nearer negatives are drawn as if they were this far, for their gradients
            vary much; above 0.
        upper: negatives from here on are not drawn; above `cutoff`, at most 2.
        seed: whole number. The draw follows from it and from the distances: other
            distances, another draw; the same ones, the same.

    Raises:
        ValueError: a setting out of range.

    Cost: O(batch² log batch) time, O(batch²) memory, batch² tuples.

    Reference: Wu, Manmatha, Smola, Krähenbühl, 2017, "Sampling Matters in Deep Embedding
    Learning", arXiv:1706.07567, section 4.

    >>> import numpy as np
    >>> x = np.array([0.0, 0.5, -0.5, -1.5])
    >>> d = abs(x[:, None] - x)
    >>> triplets = DistanceWeightedMiner(dim=8)([7, 7, 8, 9], d)
    >>> [t.numpy()[triplets.valid].tolist() for t in triplets[:3]]
    [[0, 1], [1, 0], [2, 2]]
    """

    def __init__(self, dim, cutoff=0.5, upper=1.4, seed=0):
        self.dim = check_count(dim, "dim", least=2)
        self.cutoff = check_positive(cutoff, "cutoff")
        self.upper = check_positive(upper, "upper")
        self.seed = check_count(seed, "seed", least=0)
        if not self.cutoff < self.upper <= 2:
            raise ValueError(
                "Expected cutoff < upper <= 2, the diameter of the unit sphere. "
                f"Received: cutoff={cutoff!r}, upper={upper!r}"
            )

    def select(self, distances, positive, negative):
        weights = self._weights(distances, negative & (distances < self.upper))
        upto = tf.cumsum(weights, axis=1)
        lots = uniform_cells(distances, self.seed) * upto[:, -1:]
        drawn = tf.searchsorted(upto, lots, side="right")
        drawn = tf.minimum(drawn, tf.shape(distances)[1] - 1)
        valid = positive & (tf.gather(weights, drawn, batch_dims=1) > 0)
        anchor, column = every_pair(positive)
        return Triplets(
            anchor=anchor,
            positive=column,
            negative=tf.reshape(drawn, [-1]),
            valid=tf.reshape(valid, [-1]),
        )

    def _weights(self, distances, drawable):
        """Weights of which the greatest of a row is one, so that none overflows."""
        d = tf.clip_by_value(distances, self.cutoff, self.upper)
        room = tf.maximum(1 - tf.square(d) / 4, np.finfo(d.dtype.as_numpy_dtype).eps)
        density = (self.dim - 2) * tf.math.log(d)
        density += (self.dim - 3) / 2 * tf.math.log(room)
        rarity = tf.where(drawable, -density, d.dtype.min)
        rarest = tf.reduce_max(rarity, axis=1, keepdims=True)
        return tf.where(drawable, tf.exp(rarity - rarest), 0)

    def get_config(self):
        """Settings to rebuild the miner from."""
        return {
            "dim": self.dim,
            "cutoff": self.cutoff,
            "upper": self.upper,
            "seed": self.seed,
        }
