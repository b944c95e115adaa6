"""Intra-pair variance loss: positive pairs alike, and negative pairs alike."""

import tensorflow as tf

from tfmetric._core._checks import check_choice, check_not_negative
from tfmetric._core._numerics import (
    AVERAGES,
    average_tuples,
    count,
    nan_if_any,
    row_sums,
)
from tfmetric._core._pairs import cosine_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._mining import mined, pair_miner
from tfmetric.losses._positives import positive_values


@registered
@compiled
def intra_pair_variance_loss(
    labels,
    embeddings,
    *,
    positive_epsilon=0.01,
    negative_epsilon=0.01,
    average="all",
    miner=None,
    memory=None,
):
    """Intra-pair variance loss of a labelled batch, on cosines.

        loss = mean over positive pairs of max(0, (1 - positive_epsilon) · mean_p - s)²
             + mean over negative pairs of max(0, s - (1 + negative_epsilon) · mean_n)²

    Draws stray pairs to the mean cosine of their kind, positives or negatives. It does
    not tell the two apart: add it to a loss that does, such as `TupletMarginLoss`.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float; their length plays no part.
        positive_epsilon: >= 0, part of the mean by which positives may fall short.
        negative_epsilon: >= 0, part of the mean by which negatives may exceed it.
        average: over "all" pairs, over the "active" ones, those above zero, or over
            "anchors", the mean of each anchor's mean.
        miner: None, or the `PairMiner` (or its name) that chooses the pairs, by their
            cosine distances.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: a setting < 0, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: Yu, Tao, 2019, "Deep Metric Learning with Tuplet Margin Loss", ICCV. The
    gradient flows through the means too.

    >>> x = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    >>> loss = intra_pair_variance_loss([0, 0, 0], x, positive_epsilon=0)
    >>> round(float(tf.reduce_mean(loss)), 6)  # cosines 1, 0, 0: (1/9 + 1/9) / 3
    0.074074
    """
    check_not_negative(positive_epsilon, "positive_epsilon")
    check_not_negative(negative_epsilon, "negative_epsilon")
    check_choice(average, AVERAGES, "average")
    pairs = cosine_pairs(labels, embeddings, memory)
    pairs = mined(pairs, miner, 1 - pairs.values)
    pairs, s, positive = positive_values(labels, pairs, miner, memory)
    pull = _excess(-s, positive, 1 - positive_epsilon, average)
    push = _excess(pairs.values, pairs.negative, 1 + negative_epsilon, average)
    return pull + push + nan_if_any(embeddings)


def _excess(values, mask, factor, average):
    """Rows of the mean square by which values exceed `factor` times their mean."""
    pairs = count(mask)
    total = tf.reduce_sum(tf.where(mask, values, 0))
    mean = total / tf.cast(tf.maximum(tf.reduce_sum(pairs), 1), total.dtype)
    excess = values - factor * mean
    gap = tf.where(mask, tf.maximum(excess, 0), 0)
    sums = row_sums(excess, gap * gap, 2 * gap)
    return average_tuples(sums, count(gap > 0), pairs, average)


@registered
class IntraPairVarianceLoss(BatchLoss):
    """`intra_pair_variance_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        positive_epsilon=0.01,
        negative_epsilon=0.01,
        average="all",
        miner=None,
        name="intra_pair_variance_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "positive_epsilon": check_not_negative(positive_epsilon, "positive_epsilon"),
            "negative_epsilon": check_not_negative(negative_epsilon, "negative_epsilon"),
            "average": check_choice(average, AVERAGES, "average"),
            "miner": pair_miner(miner),
        }
        super().__init__(intra_pair_variance_loss, settings, name, reduction)
