"""Tie-aware average precision: the score of a Hamming ranking, with a gradient."""

import tensorflow as tf

from tfmetric._core._checks import check_positive
from tfmetric._core._numerics import count, mean_over_tuples, nan_if_any
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._positives import positive_values
from tfmetric.losses._soft_histogram import soft_histogram
from tfmetric.losses.hashing._codes import code_pairs, relaxed


@registered
@compiled
def tie_aware_ap_loss(labels, values, *, continuation=1.0, memory=None):
    """One minus the average precision by Hamming distance, averaged over orders of ties.

        h      = tanh(continuation · u)
        d[a,j] = sum over bits k of (1 - h[a, k] h[j, k]) / 2
        loss   = 1 - mean over a of sum over whole distances r of
                 h+[r] / (positives of a) · p[r]
        p[r]   = (H+[r] + 1) · m[r] + (h+[r] - 1) · (1 - (H[r] + 1) · m[r]) / (h[r] - 1)
        m[r]   = mean of 1 / i over the places i = H[r] + 1 .. H[r] + h[r]

    h+ and h are the histograms of the distances from a to its positives and to all others,
    where a distance between two whole ones is shared by them; H+ and H are their sums
    below r, and p is the mean precision at a positive among those that tie at r. Between
    whole numbers of places, sums of reciprocals are what the digamma function has. Of
    codes, to which h comes close where values are large, the loss is
    1 - `tfmetric.metrics.code_map`: the very figure that is published.

    Take it to fine-tune towards that figure, with large batches; a `FastAPLoss` ranks by
    the angle of embeddings instead.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        values: (batch, bits) float, code values such as a `HashHead` gives.
        continuation: > 0, the slope of h at zero.
        memory: None, or a `Memory` of values to rank beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss: the mean over the anchors
        that have a positive.

    Raises:
        ValueError: `continuation` <= 0, or shapes that do not fit.

    Cost: O(batch² · bits) time, O(batch² + batch · bits) memory.

    Reference: He, Cakir, Bargal, Sclaroff, 2018, "Hashing as Tie-Aware Learning to Rank",
    CVPR, arXiv:1705.08562. They train a simpler bound, h+ (H+ of both ends + 1) over
    (H of both ends + 1), which is another number where more than one item ties; here it
    is the exact average. Whole distances, not bins of them, are the nodes.

    >>> x = [[9.0, 9.0], [9.0, -9.0], [-9.0, 9.0]]  # 1 bit, 1 bit and 2 bits apart
    >>> loss = tie_aware_ap_loss([0, 0, 1], x)
    >>> round(float(tf.reduce_mean(loss)), 6)  # precision (1 + 1/2) / 2 and 1
    0.125
    """
    check_positive(continuation, "continuation")
    codes, others = relaxed(values, continuation, memory)
    bits = tf.shape(codes)[1]
    middle = tf.cast(bits, codes.dtype) / 2
    pairs = code_pairs(labels, codes, others, memory, -middle)
    pairs, s, positive = positive_values(labels, pairs, memory=memory)
    near = soft_histogram(s + middle, positive, bits)
    far = soft_histogram(pairs.values + middle, pairs.negative, bits)
    counts = count(positive)
    hits = tf.cast(tf.maximum(counts, 1), codes.dtype)
    rows = 1 - tf.cast(_precisions(near, far), codes.dtype) / hits
    rows = tf.where(counts > 0, tf.maximum(rows, 0), 0)
    return mean_over_tuples(rows, counts > 0) + nan_if_any(codes)


def _precisions(near, far):
    """Sums of the precisions at positives, from numbers of items at each distance."""
    near = tf.cast(near, tf.float64)  # for differences of slowly growing sums
    size = near + tf.cast(far, tf.float64)
    before = tf.cumsum(size, axis=1, exclusive=True)
    near_before = tf.cumsum(near, axis=1, exclusive=True)
    # No item and one item are limits of what follows, near which differences cancel.
    size = tf.maximum(size, 1e-5)
    apart = tf.where(tf.abs(size - 1) < 3e-5, tf.stop_gradient(1 + 3e-5 - size), 0) + size
    mean = (tf.math.digamma(before + 1 + apart) - tf.math.digamma(before + 1)) / apart
    rise = (1 - (before + 1) * mean) / (apart - 1)
    mean += rise * (apart - size) / (before + 1)  # the line through one item
    return tf.reduce_sum(near * ((near_before + 1) * mean + (near - 1) * rise), axis=1)


@registered
class TieAwareAPLoss(BatchLoss):
    """`tie_aware_ap_loss` as a Keras loss: `loss(labels, values)`."""

    def __init__(
        self, continuation=1.0, name="tie_aware_ap_loss", reduction="sum_over_batch_size"
    ):
        settings = {"continuation": check_positive(continuation, "continuation")}
        super().__init__(tie_aware_ap_loss, settings, name, reduction)
