"""Contrastive loss: similar pairs together, different pairs at least a margin apart."""

import tensorflow as tf

from tfmetric import distances
from tfmetric._core._checks import check_choice, check_not_negative, check_positive
from tfmetric._core._numerics import (
    AVERAGES,
    at_least_float32,
    average_tuples,
    count,
    row_sums,
)
from tfmetric._core._pairs import distance_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, FunctionLoss, compiled
from tfmetric.losses._mining import mined, pair_miner
from tfmetric.losses._positives import positive_values


@registered
@compiled
def contrastive_tuple_loss(same, distance, *, margin=1.0, power=2):
    """Contrastive loss of pairs whose distance is already known.

        loss = same · d^power + (1 - same) · max(0, margin - d)^power

    Args:
        same: (batch,), 1 where the pair is of one class, 0 where it is not.
        distance: (batch,) float, such as a `SiameseNetwork` gives.
        margin: > 0, in units of the distance.
        power: 2 for plain distances (the paper), 1 for distances that are squared.

    Returns:
        (batch,), one value per pair.

    Cost: O(batch).

    Reference: Hadsell, Chopra, LeCun, 2006, "Dimensionality Reduction by Learning an
    Invariant Mapping", equation 4, without its factor one half.

    >>> loss = contrastive_tuple_loss([1.0, 0.0, 0.0], [0.5, 0.5, 2.0])
    >>> loss.numpy().tolist()
    [0.25, 0.25, 0.0]
    """
    check_positive(margin, "margin")
    _check_power(power)
    distance = at_least_float32(distance)
    same = tf.cast(tf.reshape(same, tf.shape(distance)), distance.dtype)
    apart = tf.maximum(margin - distance, 0)
    return same * distance**power + (1 - same) * apart**power


@registered
@compiled
def contrastive_loss(
    labels,
    embeddings,
    *,
    margin=1.0,
    positive_margin=0.0,
    distance="euclidean",
    power=2,
    average="all",
    miner=None,
    memory=None,
):
    """Contrastive loss of all pairs in a labelled batch.

        loss = mean over positive pairs of max(0, d - positive_margin)^power
             + mean over negative pairs of max(0, margin - d)^power

    The two means are taken apart, for negatives outnumber positives in a batch. One
    fixed margin for all classes assumes that classes spread alike.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float.
        margin: > 0, in units of `distance`; 1 suits unit vectors.
        positive_margin: >= 0, how far apart positives may stay.
        distance: name or `Distance`.
        power: 2 for plain distances, 1 for squared ones.
        average: over "all" pairs, over the "active" ones, those above zero, or over
            "anchors", the mean of each anchor's mean.
        miner: None, or the `PairMiner` (or its name) that chooses the pairs.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: a setting out of range, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: Hadsell, Chopra, LeCun, 2006, equation 4; the separate means and the
    positive margin are those of pytorch-metric-learning, whose default is "active".

    >>> loss = contrastive_loss([0, 0, 1], [[0.0], [0.5], [0.75]])
    >>> round(float(tf.reduce_mean(loss)), 6)  # 0.5**2 + (0.25**2 + 0.75**2) / 2
    0.5625
    """
    check_positive(margin, "margin")
    check_not_negative(positive_margin, "positive_margin")
    _check_power(power)
    check_choice(average, AVERAGES, "average")
    d = distances.get(distance)
    pairs = mined(distance_pairs(labels, embeddings, d, memory), miner)
    pairs, pull, positive = positive_values(labels, pairs, miner, memory)
    pull = tf.where(positive, tf.maximum(pull - positive_margin, 0) ** power, 0)
    gap = tf.where(pairs.negative, tf.maximum(margin - pairs.values, 0), 0)
    push = gap**power
    slopes = -power * gap ** (power - 1) if power > 1 else -tf.sign(gap)
    pulled = tf.reduce_sum(pull, axis=1), count(pull > 0), count(positive)
    pushed = row_sums(pairs.values, push, slopes), count(gap > 0), count(pairs.negative)
    return average_tuples(*pulled, average) + average_tuples(*pushed, average)


def _check_power(power):
    if check_positive(power, "power") < 1:  # its slope is infinite at zero
        raise ValueError(f"Expected power >= 1. Received: {power!r}")
    return float(power)


@registered
class ContrastiveTupleLoss(FunctionLoss):
    """`contrastive_tuple_loss` as a Keras loss: `loss(same, distance)`."""

    def __init__(
        self,
        margin=1.0,
        power=2,
        name="contrastive_tuple_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_positive(margin, "margin"),
            "power": _check_power(power),
        }
        super().__init__(contrastive_tuple_loss, settings, name, reduction)


@registered
class ContrastiveLoss(BatchLoss):
    """`contrastive_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        margin=1.0,
        positive_margin=0.0,
        distance="euclidean",
        power=2,
        average="all",
        miner=None,
        name="contrastive_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_positive(margin, "margin"),
            "positive_margin": check_not_negative(positive_margin, "positive_margin"),
            "distance": distances.get(distance),
            "power": _check_power(power),
            "average": check_choice(average, AVERAGES, "average"),
            "miner": pair_miner(miner),
        }
        super().__init__(contrastive_loss, settings, name, reduction)
