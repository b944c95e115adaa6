"""Generalised lifted structure loss: all positives against all negatives of an anchor."""

import tensorflow as tf

from tfmetric import distances
from tfmetric._core._checks import check_choice, check_positive
from tfmetric._core._numerics import AVERAGES, masked_logsumexp, nan_if_any
from tfmetric._core._pairs import distance_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._mining import mined, pair_miner
from tfmetric.losses._positives import positive_values
from tfmetric.losses._rows import average_rows


@registered
@compiled
def generalized_lifted_structure_loss(
    labels,
    embeddings,
    *,
    margin=1.0,
    distance="euclidean",
    average="all",
    miner=None,
    memory=None,
):
    """Generalised lifted structure loss of a labelled batch.

        loss = mean over a of max(0, log(sum over p of exp(d[a, p]))
                                   + log(sum over n of exp(margin - d[a, n])))

    `LiftedStructureLoss` with all positives of an anchor in one term, a smooth form of
    the furthest positive against the nearest negative.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float; the paper does not normalise them.
        margin: > 0, in units of `distance`.
        distance: name or `Distance`.
        average: over "all" anchors of the batch, over the "active" ones, those above
            zero, or over the "anchors" that have a positive.
        miner: None, or the `PairMiner` (or its name) that chooses the pairs.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss; zero where an anchor lacks
        a positive or a negative.

    Raises:
        ValueError: `margin` <= 0, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: Hermans, Beyer, Leibe, 2017, "In Defense of the Triplet Loss for Person
    Re-Identification", arXiv:1703.07737, section 2. The negative and the positive margin
    of pytorch-metric-learning only count by their difference, which is `margin`; there
    an anchor without a positive keeps its other term.

    >>> loss = generalized_lifted_structure_loss([0, 0, 1], [[0.0], [1.0], [2.5]])
    >>> [round(float(row), 6) for row in loss]  # 1 + (1 - 2.5) < 0, 1 + (1 - 1.5)
    [0.0, 0.5, 0.0]
    """
    check_positive(margin, "margin")
    check_choice(average, AVERAGES, "average")
    d = distances.get(distance)
    pairs = mined(distance_pairs(labels, embeddings, d, memory), miner)
    pairs, pull, positive = positive_values(labels, pairs, miner, memory)
    push = masked_logsumexp(pairs.values, pairs.negative, -1) + margin
    rows = tf.maximum(masked_logsumexp(pull, positive) + push, 0)
    anchors = tf.reduce_any(positive, axis=1)
    return average_rows(rows, anchors, average) + nan_if_any(embeddings)


@registered
class GeneralizedLiftedStructureLoss(BatchLoss):
    """`generalized_lifted_structure_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        margin=1.0,
        distance="euclidean",
        average="all",
        miner=None,
        name="generalized_lifted_structure_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_positive(margin, "margin"),
            "distance": distances.get(distance),
            "average": check_choice(average, AVERAGES, "average"),
            "miner": pair_miner(miner),
        }
        super().__init__(generalized_lifted_structure_loss, settings, name, reduction)
