"""NT-Xent: each positive pair against all negatives of its anchor, by cross-entropy."""

import tensorflow as tf

from tfmetric._core._checks import check_choice, check_positive
from tfmetric._core._numerics import (
    AVERAGES,
    average_tuples,
    count,
    masked_logsumexp,
    nan_if_any,
    softplus,
)
from tfmetric._core._pairs import cosine_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._positives import positive_values


@registered
@compiled
def nt_xent_loss(labels, embeddings, *, temperature=0.07, average="all", memory=None):
    """Normalised temperature-scaled cross-entropy of a labelled batch, on cosines.

        loss = mean over (a, p) of
               -log(exp(s[a, p] / T) / (exp(s[a, p] / T) + sum over n of exp(s[a, n] / T)))

    One positive at a time competes with all negatives; the nearest negatives push most,
    the more so the lower the temperature. `SupConLoss` lets the positives of an anchor
    compete with each other as well.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float; their length plays no part.
        temperature: > 0.
        average: over "all" positive pairs, over the "active" ones, or over "anchors", the
            mean of each anchor's mean.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: `temperature` <= 0, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: Sohn, 2016; Chen, Kornblith, Norouzi, Hinton, 2020, "A Simple Framework for
    Contrastive Learning of Visual Representations", arXiv:2002.05709, equation 1, with as
    many positives as the labels give.

    >>> loss = nt_xent_loss([0, 0, 1], [[1.0], [2.0], [3.0]])
    >>> round(float(tf.reduce_mean(loss)), 6)  # log 2
    0.693147
    """
    check_positive(temperature, "temperature")
    check_choice(average, AVERAGES, "average")
    pairs = cosine_pairs(labels, embeddings, memory, scale=1 / temperature)
    pairs, s, positive = positive_values(labels, pairs, memory=memory)
    push = masked_logsumexp(pairs.values, pairs.negative)[:, None]
    terms = tf.where(positive, softplus(push - s), 0)
    sums = tf.reduce_sum(terms, axis=1)
    loss = average_tuples(sums, count(terms > 0), count(positive), average)
    return loss + nan_if_any(embeddings)


@registered
class NTXentLoss(BatchLoss):
    """`nt_xent_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        temperature=0.07,
        average="all",
        name="nt_xent_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "temperature": check_positive(temperature, "temperature"),
            "average": check_choice(average, AVERAGES, "average"),
        }
        super().__init__(nt_xent_loss, settings, name, reduction)
