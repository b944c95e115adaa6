"""Histogram loss: the distributions of positive and negative similarities come apart."""

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
def histogram_loss(labels, embeddings, *, bins=100, memory=None):
    """The chance that a negative pair is more similar than a positive pair.

        loss = sum over nodes r of negatives[r] · sum over nodes q <= r of positives[q]

    `positives` and `negatives` are the histograms of the cosines of all positive and of
    all negative pairs of the batch, over nodes from -1 to 1; a cosine between two nodes is
    shared by them. There is no margin and nothing else to tune. Large batches estimate the
    distributions well.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float; their length plays no part.
        bins: whole number >= 1 of intervals between nodes.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), for each anchor its negatives' part of the loss, whose mean is the loss;
        zeros where the batch has no positive or no negative pair.

    Raises:
        ValueError: `bins` < 1, or shapes that do not fit.

    Cost: O(batch² · dim + batch · bins) time, O(batch² + batch · bins) memory.

    Reference: Ustinova, Lempitsky, 2016, "Learning Deep Embeddings with Histogram Loss",
    arXiv:1611.00822. pytorch-metric-learning leaves out the negatives of anchors without
    a positive.

    >>> x = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]  # positives at 0, negatives at -1 and 0
    >>> round(float(tf.reduce_mean(histogram_loss([0, 0, 1], x, bins=2))), 6)
    0.5
    """
    check_count(bins, "bins")
    pairs = cosine_pairs(labels, embeddings, memory, scale=bins / 2)
    pairs, s, positive = positive_values(labels, pairs, memory=memory)
    positives = tf.reduce_sum(soft_histogram(s + bins / 2, positive, bins), axis=0)
    below = tf.cumsum(positives) / tf.maximum(tf.reduce_sum(positives), 1)
    negatives = soft_histogram(pairs.values + bins / 2, pairs.negative, bins)
    sums = tf.linalg.matvec(negatives, below)
    return mean_over_tuples(sums, count(pairs.negative)) + nan_if_any(embeddings)


@registered
class HistogramLoss(BatchLoss):
    """`histogram_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(self, bins=100, name="histogram_loss", reduction="sum_over_batch_size"):
        settings = {"bins": check_count(bins, "bins")}
        super().__init__(histogram_loss, settings, name, reduction)
