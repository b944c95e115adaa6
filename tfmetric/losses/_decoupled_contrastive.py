"""Decoupled contrastive loss: pull and push that do not weaken each other."""

import tensorflow as tf

from tfmetric._core._checks import check_choice, check_positive
from tfmetric._core._numerics import average_tuples, count, masked_logsumexp, nan_if_any
from tfmetric._core._pairs import cosine_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._positives import positive_values

_AVERAGES = ("all", "anchors")


@registered
@compiled
def decoupled_contrastive_loss(
    labels, embeddings, *, temperature=0.1, average="all", memory=None
):
    """Decoupled contrastive loss of a labelled batch, on cosines.

        loss = mean over (a, p) of
               -s[a, p] / T + log(sum over n of exp(s[a, n] / T))

    `NTXentLoss` without the positive in the denominator: an easy positive no longer
    shrinks the push of the negatives, which helps small batches. It may be negative.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float; their length plays no part.
        temperature: > 0.
        average: over "all" positive pairs, or over "anchors", the mean of each anchor's
            mean. The pairs of an anchor without a negative do not count.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: `temperature` <= 0, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: Yeh et al., 2022, "Decoupled Contrastive Learning", arXiv:2110.06848,
    with as many positives as the labels give.

    >>> x = [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]
    >>> loss = decoupled_contrastive_loss([0, 0, 1], x, temperature=1)
    >>> [round(float(row) * 2 / 3, 6) for row in loss]  # -0 + 1, -0 + 0
    [1.0, 0.0, 0.0]
    """
    check_positive(temperature, "temperature")
    check_choice(average, _AVERAGES, "average")
    pairs = cosine_pairs(labels, embeddings, memory, scale=1 / temperature)
    pairs, s, positive = positive_values(labels, pairs, memory=memory)
    positive &= tf.reduce_any(pairs.negative, axis=1, keepdims=True)
    push = masked_logsumexp(pairs.values, pairs.negative)[:, None]
    sums = tf.reduce_sum(tf.where(positive, push - s, 0), axis=1)
    loss = average_tuples(sums, None, count(positive), average)
    return loss + nan_if_any(embeddings)


@registered
class DecoupledContrastiveLoss(BatchLoss):
    """`decoupled_contrastive_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        temperature=0.1,
        average="all",
        name="decoupled_contrastive_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "temperature": check_positive(temperature, "temperature"),
            "average": check_choice(average, _AVERAGES, "average"),
        }
        super().__init__(decoupled_contrastive_loss, settings, name, reduction)
