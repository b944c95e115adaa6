"""Tuplet margin loss: each positive, made easier by an angle, against all negatives."""

from math import cos, sin

import tensorflow as tf

from tfmetric._core._checks import check_choice, check_not_negative, check_positive
from tfmetric._core._numerics import (
    AVERAGES,
    average_tuples,
    count,
    masked_logsumexp,
    nan_if_any,
    safe_sqrt,
    softplus,
)
from tfmetric._core._pairs import cosine_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._mining import mined, pair_miner
from tfmetric.losses._positives import positive_values


@registered
@compiled
def tuplet_margin_loss(
    labels,
    embeddings,
    *,
    margin=0.1,
    scale=64.0,
    average="all",
    miner=None,
    memory=None,
):
    """Tuplet margin loss of a labelled batch, on angles.

        loss = mean over (a, p) of
               log(1 + sum over n of exp(scale · (cos θ[a, n] - cos(θ[a, p] - margin))))

    The margin slackens: a positive counts as nearer by that angle than it is, so that
    the few hardest tuples, often wrong labels, do not rule. Add
    `IntraPairVarianceLoss`, as the paper does, to keep pairs of a kind alike.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float; their length plays no part.
        margin: >= 0, in radians; 0.1 is 5.73 degrees.
        scale: > 0.
        average: over "all" positive pairs, over the "active" ones, or over "anchors", the
            mean of each anchor's mean.
        miner: None, or the `PairMiner` (or its name) that chooses the pairs, by their
            cosine distances.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: `margin` < 0, `scale` <= 0, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: Yu, Tao, 2019, "Deep Metric Learning with Tuplet Margin Loss", ICCV. At
    equal points, where the angle has no derivative, the gradient of its part is zero.

    >>> x = [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]
    >>> loss = tuplet_margin_loss([0, 0, 1], x, margin=0, scale=1)
    >>> [round(float(row) * 2 / 3, 6) for row in loss]  # log(1 + e), log(1 + 1)
    [1.313262, 0.693147, 0.0]
    """
    check_not_negative(margin, "margin")
    check_positive(scale, "scale")
    check_choice(average, AVERAGES, "average")
    pairs = cosine_pairs(labels, embeddings, memory, scale=scale)
    pairs = mined(pairs, miner, 1 - pairs.values / scale)
    pairs, s, positive = positive_values(labels, pairs, miner, memory)
    s /= scale
    nearer = s * cos(margin) + safe_sqrt(1 - s * s) * sin(margin)  # cos(θ - margin)
    push = masked_logsumexp(pairs.values, pairs.negative)[:, None]
    terms = tf.where(positive, softplus(push - scale * nearer), 0)
    sums = tf.reduce_sum(terms, axis=1)
    loss = average_tuples(sums, count(terms > 0), count(positive), average)
    return loss + nan_if_any(embeddings)


@registered
class TupletMarginLoss(BatchLoss):
    """`tuplet_margin_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        margin=0.1,
        scale=64.0,
        average="all",
        miner=None,
        name="tuplet_margin_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_not_negative(margin, "margin"),
            "scale": check_positive(scale, "scale"),
            "average": check_choice(average, AVERAGES, "average"),
            "miner": pair_miner(miner),
        }
        super().__init__(tuplet_margin_loss, settings, name, reduction)
