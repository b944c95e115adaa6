"""Triplets by how far they keep or break a margin."""

import tensorflow as tf

from tfmetric._core._checks import check_choice, check_not_negative
from tfmetric._core._registry import registered
from tfmetric.miners._all import listed_triplets, triplet_mask
from tfmetric.miners._base import Miner

_KINDS = {
    "all": lambda gap, margin: gap <= margin,
    "hard": lambda gap, margin: gap <= 0,
    "semihard": lambda gap, margin: (gap > 0) & (gap <= margin),
    "easy": lambda gap, margin: gap > margin,
}


@registered
class TripletMarginMiner(Miner):
    """Lists the triplets that break a margin, or keep it.

        gap = d(a, n) - d(a, p)

    For looking at a batch or for a loss of your own; `TripletLoss(margin=margin)`
    averages over those that break the margin without listing any.

    Args:
        margin: >= 0, in units of the distance.
        kind: "all" that break the margin, gap <= margin; of these the "hard" ones,
            gap <= 0, or the "semihard" ones, gap > 0; or the "easy" ones that keep it.

    Cost: O(batch³) time and memory, so batches of a few hundred at most: there may be
    as many triplets.

    >>> import numpy as np
    >>> x = np.array([0.0, 1.0, 1.5])
    >>> d = abs(x[:, None] - x)
    >>> for kind in ("all", "hard", "semihard", "easy"):
    ...     triplets = TripletMarginMiner(margin=0.7, kind=kind)([7, 7, 8], d)
    ...     print([t.numpy()[triplets.valid].tolist() for t in triplets[:3]])
    [[0, 1], [1, 0], [2, 2]]
    [[1], [0], [2]]
    [[0], [1], [2]]
    [[], [], []]
    """

    def __init__(self, margin=0.2, kind="all"):
        self.margin = check_not_negative(margin, "margin")
        self.kind = check_choice(kind, _KINDS, "kind")

    def select(self, distances, positive, negative):
        gap = distances[:, None, :] - distances[:, :, None]
        wanted = _KINDS[self.kind](gap, tf.cast(self.margin, gap.dtype))
        return listed_triplets(triplet_mask(positive, negative) & wanted)

    def get_config(self):
        """Settings to rebuild the miner from."""
        return {"margin": self.margin, "kind": self.kind}
