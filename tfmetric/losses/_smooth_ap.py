"""Smooth-AP: the average precision of each example's ranking of the batch."""

import tensorflow as tf

from tfmetric._core._checks import check_positive
from tfmetric._core._numerics import count, mean_over_tuples, nan_if_any
from tfmetric._core._pairs import cosine_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._positives import positive_values
from tfmetric.losses._soft_counts import soft_counts, without_own_place


@registered
@compiled
def smooth_ap_loss(labels, embeddings, *, temperature=0.01, memory=None):
    """One minus the average precision, with sigmoids for the steps of a rank.

        rank(a, p; S) = 1 + sum over j of S of sigmoid((s[a, j] - s[a, p]) / temperature)
        loss          = 1 - mean over a of mean over p of
                        rank(a, p; other positives) / rank(a, p; all others)

    Optimises the ranking itself, so it suits retrieval with large batches of many
    examples a class; what is ranked right no longer moves.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float; their length plays no part.
        temperature: > 0; the smaller, the nearer to the true average precision and the
            fewer pairs have a gradient.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss: the mean over the anchors
        that have a positive.

    Raises:
        ValueError: `temperature` <= 0, or shapes that do not fit.

    Cost: O(batch² · (dim + largest class)) time, O(batch²) memory; with labels that are
    no ids, or under XLA, O(batch³) time.

    Reference: Brown, Xie, Kalogeiton, Zisserman, 2020, "Smooth-AP: Smoothing the Path
    Towards Large-Scale Image Retrieval", arXiv:2007.12163. An anchor is not in the set
    it ranks, while it is in the authors' code and in pytorch-metric-learning.

    >>> loss = smooth_ap_loss([0, 0, 1], [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    >>> round(float(tf.reduce_mean(loss)), 6)  # each positive is second: 1 - 1 / 2
    0.5
    """
    check_positive(temperature, "temperature")
    pairs = cosine_pairs(labels, embeddings, memory, scale=1 / temperature)
    pairs, *packed = positive_values(labels, pairs, memory=memory)
    s, positive = without_own_place(*packed)
    lowest = s.dtype.min / 10
    # Each positive lies half above itself: 1 / 2 is its place among the positives.
    place = soft_counts(tf.where(positive, s, lowest), s) + 0.5
    rank = place + soft_counts(tf.where(pairs.negative, pairs.values, lowest), s)
    precision = tf.where(positive, place / rank, 0)
    positives = count(positive)
    most = tf.cast(tf.maximum(positives, 1), s.dtype)
    rows = 1 - tf.reduce_sum(precision, axis=1) / most
    anchors = positives > 0
    return mean_over_tuples(tf.where(anchors, rows, 0), anchors) + nan_if_any(embeddings)


@registered
class SmoothAPLoss(BatchLoss):
    """`smooth_ap_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self, temperature=0.01, name="smooth_ap_loss", reduction="sum_over_batch_size"
    ):
        settings = {"temperature": check_positive(temperature, "temperature")}
        super().__init__(smooth_ap_loss, settings, name, reduction)
