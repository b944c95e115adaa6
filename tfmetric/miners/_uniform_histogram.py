"""Pairs of all distances alike."""

import tensorflow as tf

from tfmetric._core._checks import check_count
from tfmetric._core._registry import registered
from tfmetric.miners._base import PairMiner, Pairs
from tfmetric.miners._random import uniform_cells


@registered
class UniformHistogramMiner(PairMiner):
    """Keeps about as many pairs of every distance, chosen at random.

    The range of the positive distances is cut into bins of equal width, and of each bin
    at most so many pairs are kept; likewise that of the negative ones. Pairs of common
    distances no longer drown the rare ones.

    Args:
        bins: number of bins of each kind.
        positives: pairs kept of each bin of positives, at most.
        negatives: pairs kept of each bin of negatives, at most.
        seed: whole number. The choice follows from it and from the distances: other
            distances, another choice; the same ones, the same.

    Raises:
        ValueError: a setting that is no whole number, or below 1 (the seed: 0).

    Cost: O(batch² log batch) time, O(batch²) memory.

    Reference: pytorch-metric-learning, which draws with replacement, so that a bin of
    few pairs repeats them; a mask cannot.

    >>> import numpy as np
    >>> x = np.array([0.0, 1.0, 10.0, 11.0])
    >>> d = abs(x[:, None] - x)
    >>> pairs = UniformHistogramMiner(bins=2, negatives=2)([7, 7, 8, 8], d)
    >>> np.histogram(d[pairs.negative], bins=2)[0].tolist()  # two of six, both of two
    [2, 2]
    """

    def __init__(self, bins=100, positives=10, negatives=10, seed=0):
        self.bins = check_count(bins, "bins")
        self.positives = check_count(positives, "positives")
        self.negatives = check_count(negatives, "negatives")
        self.seed = check_count(seed, "seed", least=0)

    def select(self, distances, positive, negative):
        bins = tf.where(
            negative, self.bins + self._bins(distances, negative), 2 * self.bins
        )
        bins = tf.where(positive, self._bins(distances, positive), bins)
        chosen = self._some_of_each(bins, uniform_cells(distances, self.seed))
        return Pairs(positive & chosen, negative & chosen)

    def _bins(self, distances, mask):
        lowest = tf.reduce_min(tf.where(mask, distances, distances.dtype.max))
        highest = tf.reduce_max(tf.where(mask, distances, distances.dtype.min))
        shares = tf.math.divide_no_nan(distances - lowest, highest - lowest)
        bins = tf.cast(tf.clip_by_value(shares, 0, 1) * self.bins, tf.int32)
        return tf.clip_by_value(bins, 0, self.bins - 1)

    def _some_of_each(self, bins, lots):
        """The cells of the lowest lots in each bin, those of the last bin left out."""
        sizes = tf.math.bincount(tf.reshape(bins, [-1]), minlength=2 * self.bins)
        sizes = sizes[: 2 * self.bins, None]
        keys = tf.cast(bins, tf.float64) + tf.cast(lots, tf.float64)
        order = tf.argsort(tf.reshape(keys, [-1]), stable=True)
        place = tf.range(max(self.positives, self.negatives))
        most = tf.repeat([self.positives, self.negatives], self.bins)[:, None]
        taken = tf.cumsum(sizes, exclusive=True) + place
        cells = tf.gather(order, tf.minimum(taken, tf.size(order) - 1))
        counts = tf.cast(place < tf.minimum(sizes, most), tf.int32)
        chosen = tf.scatter_nd(cells[:, :, None], counts, tf.shape(order)) > 0
        return tf.reshape(chosen, tf.shape(bins))

    def get_config(self):
        """Settings to rebuild the miner from."""
        return {
            "bins": self.bins,
            "positives": self.positives,
            "negatives": self.negatives,
            "seed": self.seed,
        }
