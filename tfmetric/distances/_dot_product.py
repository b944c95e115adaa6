"""Dot product as a distance."""

import tensorflow as tf

from tfmetric._core._product import product
from tfmetric._core._registry import registered
from tfmetric.distances._base import Distance


@registered
class DotProduct(Distance):
    """Dot product with its sign turned, so that it falls with likeness.

        d[i, j] = -a[i]·b[j]

    For vectors whose length means something, such as a popularity, and for engines that
    rank by inner product. No distance in the strict sense: it may be negative, a vector
    is not at distance zero from itself, and a longer vector may be nearer to `a` than
    `a` is. It suits losses that compare one distance with another, such as
    `TripletLoss`. Losses that take a power of a distance, or compare it with zero or a
    fixed margin, want distances of at least zero: `ContrastiveLoss` does, and
    `QuadrupletLoss` refuses others.

    Cost: O(n·m·dim) time as one matrix product, O(n·m) memory.

    >>> import tfmetric
    >>> tfmetric.distances.DotProduct()([[1.0, 2.0]], [[3.0, 1.0], [-1.0, 0.0]]).numpy()
    array([[-5.,  1.]], dtype=float32)
    """

    negative = True

    def _pairwise(self, a, b):
        return product(-a, b)

    def _paired(self, a, b):
        return -tf.reduce_sum(a * b, axis=-1)
