"""Pairs that break a margin."""

from tfmetric._core._checks import check_number
from tfmetric._core._registry import registered
from tfmetric.miners._base import PairMiner, Pairs


@registered
class PairMarginMiner(PairMiner):
    """Keeps the positives further, and the negatives nearer, than a fixed distance.

        positive (a, p) where d(a, p) > positive_margin
        negative (a, n) where d(a, n) < negative_margin

    Args:
        positive_margin: in units of the distance.
        negative_margin: likewise.

    Cost: O(batch²) time and memory.

    >>> import numpy as np
    >>> x = np.array([0.0, 0.125, 0.875])
    >>> d = abs(x[:, None] - x)
    >>> pairs = PairMarginMiner()([7, 7, 8], d)
    >>> [mask.numpy().nonzero()[0].tolist() for mask in pairs]
    [[], [1, 2]]
    """

    def __init__(self, positive_margin=0.2, negative_margin=0.8):
        self.positive_margin = check_number(positive_margin, "positive_margin")
        self.negative_margin = check_number(negative_margin, "negative_margin")

    def select(self, distances, positive, negative):
        return Pairs(
            positive=positive & (distances > self.positive_margin),
            negative=negative & (distances < self.negative_margin),
        )

    def get_config(self):
        """Settings to rebuild the miner from."""
        return {
            "positive_margin": self.positive_margin,
            "negative_margin": self.negative_margin,
        }
