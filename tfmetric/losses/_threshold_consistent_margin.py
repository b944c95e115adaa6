"""Threshold-consistent margin: one similarity tells pairs of every class apart."""

import tensorflow as tf

from tfmetric._core._checks import check_not_negative, check_number
from tfmetric._core._numerics import count, mean_over_tuples, nan_if_any, row_sums
from tfmetric._core._pairs import cosine_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._mining import mined, pair_miner
from tfmetric.losses._positives import positive_values


@registered
@compiled
def threshold_consistent_margin_loss(
    labels,
    embeddings,
    *,
    positive_margin=0.9,
    negative_margin=0.5,
    positive_weight=1.0,
    negative_weight=1.0,
    miner=None,
    memory=None,
):
    """Pulls in the positives that are too far for one threshold, and pushes out negatives.

        loss = positive_weight · mean over p with s < positive_margin of positive_margin - s
             + negative_weight · mean over n with s > negative_margin of s - negative_margin

    A regulariser: add it to another loss, by `MultipleLosses`, where one similarity has to
    decide for all classes whether two examples match.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float; their length plays no part.
        positive_margin: the least cosine of a positive pair.
        negative_margin: the greatest cosine of a negative pair.
        positive_weight: >= 0.
        negative_weight: >= 0.
        miner: None, or the `PairMiner` (or its name) that chooses the pairs, by their
            cosine distances.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: a setting out of range, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: Zhang et al., 2023, "Threshold-Consistent Margin Loss for Open-World Deep
    Metric Learning", arXiv:2307.04047, without the base loss, which
    pytorch-metric-learning takes as an argument.

    >>> x = [[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]]  # positive 0.6, negatives 0 and 0.8
    >>> loss = threshold_consistent_margin_loss([0, 0, 1], x)
    >>> round(float(tf.reduce_mean(loss)), 6)  # 0.3 + 0.3
    0.6
    """
    check_number(positive_margin, "positive_margin")
    check_number(negative_margin, "negative_margin")
    check_not_negative(positive_weight, "positive_weight")
    check_not_negative(negative_weight, "negative_weight")
    pairs = cosine_pairs(labels, embeddings, memory)
    pairs = mined(pairs, miner, 1 - pairs.values)
    pairs, s, positive = positive_values(labels, pairs, miner, memory)
    pull = tf.where(positive, tf.maximum(positive_margin - s, 0), 0)
    push = tf.where(pairs.negative, tf.maximum(pairs.values - negative_margin, 0), 0)
    near = push > 0
    pulled = mean_over_tuples(tf.reduce_sum(pull, axis=1), count(pull > 0))
    pushed = row_sums(pairs.values, push, tf.cast(near, push.dtype))
    pushed = mean_over_tuples(pushed, count(near))
    loss = positive_weight * pulled + negative_weight * pushed
    return loss + nan_if_any(embeddings)


@registered
class ThresholdConsistentMarginLoss(BatchLoss):
    """`threshold_consistent_margin_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        positive_margin=0.9,
        negative_margin=0.5,
        positive_weight=1.0,
        negative_weight=1.0,
        miner=None,
        name="threshold_consistent_margin_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "positive_margin": check_number(positive_margin, "positive_margin"),
            "negative_margin": check_number(negative_margin, "negative_margin"),
            "positive_weight": check_not_negative(positive_weight, "positive_weight"),
            "negative_weight": check_not_negative(negative_weight, "negative_weight"),
            "miner": pair_miner(miner),
        }
        super().__init__(threshold_consistent_margin_loss, settings, name, reduction)
