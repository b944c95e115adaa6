"""Lifted structure loss: a positive pair against the negatives of both its ends."""

import tensorflow as tf

from tfmetric import distances
from tfmetric._core._checks import check_choice, check_positive
from tfmetric._core._numerics import (
    AVERAGES,
    average_tuples,
    count,
    masked_logsumexp,
    nan_if_any,
    softplus,
)
from tfmetric._core._pairs import distance_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._mining import mined, pair_miner
from tfmetric.losses._positives import of_positives, positive_values


@registered
@compiled
def lifted_structure_loss(
    labels, embeddings, *, margin=1.0, distance="euclidean", average="all", miner=None
):
    """Lifted structure loss of a labelled batch.

        J[i, j] = d[i, j] + log(sum over negatives k of i of exp(margin - d[i, k])
                              + sum over negatives l of j of exp(margin - d[j, l]))
        loss    = mean over positive pairs (i, j) of max(0, J[i, j])² / 2

    No end of a pair is the anchor: both push their negatives away.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float; the paper does not normalise them.
        margin: > 0, in units of `distance`.
        distance: name or `Distance`.
        average: over "all" positive pairs, over the "active" ones, or over "anchors", the
            mean of each anchor's mean.
        miner: None, or the `PairMiner` (or its name) that chooses the pairs.

    Returns:
        (batch,), one value per example, whose mean is the loss; zeros where the batch
        has no positive or no negative pair.

    Raises:
        ValueError: `margin` <= 0, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: Song, Xiang, Jegelka, Savarese, 2016, "Deep Metric Learning via Lifted
    Structured Feature Embedding", arXiv:1511.06452, equation 4.

    >>> loss = lifted_structure_loss([0, 0, 1], [[0.0], [0.0], [1.0]])
    >>> round(float(tf.reduce_mean(loss)), 6)  # log(1 + 1)**2 / 2
    0.240227
    """
    check_positive(margin, "margin")
    check_choice(average, AVERAGES, "average")
    pairs = mined(distance_pairs(labels, embeddings, distances.get(distance)), miner)
    pairs, pull, positive = positive_values(labels, pairs, miner)
    push = masked_logsumexp(pairs.values, pairs.negative, -1) + margin
    far = of_positives(labels, push)
    both = far + softplus(push[:, None] - far)  # log(e^x + e^y)
    terms = tf.where(positive, tf.square(tf.maximum(pull + both, 0)) / 2, 0)
    sums = tf.reduce_sum(terms, axis=1)
    loss = average_tuples(sums, count(terms > 0), count(positive), average)
    return loss + nan_if_any(embeddings)


@registered
class LiftedStructureLoss(BatchLoss):
    """`lifted_structure_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        margin=1.0,
        distance="euclidean",
        average="all",
        miner=None,
        name="lifted_structure_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_positive(margin, "margin"),
            "distance": distances.get(distance),
            "average": check_choice(average, AVERAGES, "average"),
            "miner": pair_miner(miner),
        }
        super().__init__(lifted_structure_loss, settings, name, reduction)
