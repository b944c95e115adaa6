"""FastAP: average precision from histograms of distances."""

import tensorflow as tf

from tfmetric._core._checks import check_count
from tfmetric._core._numerics import count, mean_over_tuples, nan_if_any
from tfmetric._core._pairs import cosine_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._positives import positive_values
from tfmetric.losses._soft_histogram import soft_histogram


@registered
@compiled
def fast_ap_loss(labels, embeddings, *, bins=10, memory=None):
    """One minus the average precision, ranked by nodes of distance instead of one by one.

        loss = mean over a of sum over nodes r of
               h+[a, r] / (positives of a) · (1 - H+[a, r] / H[a, r])

    h+ and h are the histograms of the squared Euclidean distances of unit vectors, 0..4,
    from a to its positives and to all others; H+ and H are their running sums. A distance
    between two nodes is shared by them. Cheaper than `SmoothAPLoss` for large classes.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float; their length plays no part.
        bins: whole number >= 1 of intervals between nodes; few bins see differences from
            further away.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss: the mean over the anchors
        that have a positive.

    Raises:
        ValueError: `bins` < 1, or shapes that do not fit.

    Cost: O(batch² · dim + batch · bins) time, O(batch² + batch · bins) memory.

    Reference: Cakir, He, Xia, Kulis, Sclaroff, 2019, "Deep Metric Learning to Rank",
    CVPR.

    >>> x = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]  # the second: both others at distance 2
    >>> round(float(tf.reduce_mean(fast_ap_loss([0, 0, 1], x, bins=2))), 6)  # (0 + 1/2) / 2
    0.25
    """
    check_count(bins, "bins")
    # |a - b|² = 2 - 2 cos, in units of a bin.
    pairs = cosine_pairs(labels, embeddings, memory, scale=-bins / 2)
    pairs, s, positive = positive_values(labels, pairs, memory=memory)
    positives = soft_histogram(s + bins / 2, positive, bins)
    negatives = soft_histogram(pairs.values + bins / 2, pairs.negative, bins)
    wrong = tf.cumsum(negatives, axis=1)
    rank = wrong + tf.cumsum(positives, axis=1)
    terms = tf.math.divide_no_nan(positives * wrong, rank)
    counts = count(positive)
    rows = tf.reduce_sum(terms, axis=1) / tf.cast(tf.maximum(counts, 1), terms.dtype)
    return mean_over_tuples(rows, counts > 0) + nan_if_any(embeddings)


@registered
class FastAPLoss(BatchLoss):
    """`fast_ap_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(self, bins=10, name="fast_ap_loss", reduction="sum_over_batch_size"):
        settings = {"bins": check_count(bins, "bins")}
        super().__init__(fast_ap_loss, settings, name, reduction)
