"""Supervised contrastive loss: positives against everything else in the batch."""

import tensorflow as tf

from tfmetric._core._checks import check_choice, check_positive
from tfmetric._core._numerics import (
    AVERAGES,
    count,
    masked_logsumexp,
    nan_if_any,
    softplus,
)
from tfmetric._core._pairs import cosine_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._positives import positive_values
from tfmetric.losses._rows import average_rows


@registered
@compiled
def supcon_loss(labels, embeddings, *, temperature=0.1, average="active", memory=None):
    """Supervised contrastive loss of a labelled batch, on cosines.

        loss = mean over a of mean over p of
               -log(exp(s[a, p] / T) / sum over k other than a of exp(s[a, k] / T))

    Each positive competes with the negatives and with the other positives, so classes
    contract evenly. With one positive an anchor it is `NTXentLoss`.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float; their length plays no part.
        temperature: > 0.
        average: over the "active" anchors, those above zero, over the "anchors" that have
            a positive, or over "all" of the batch. An anchor without a positive is zero.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: `temperature` <= 0, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: Khosla et al., 2020, "Supervised Contrastive Learning", arXiv:2004.11362,
    equation 2 (L_out), which averages over "all"; "active" is the default of
    pytorch-metric-learning.

    >>> loss = supcon_loss([0, 0, 1], [[1.0], [2.0], [3.0]], temperature=1)
    >>> round(float(tf.reduce_mean(loss)), 6)  # log 2
    0.693147
    """
    check_positive(temperature, "temperature")
    check_choice(average, AVERAGES, "average")
    pairs = cosine_pairs(labels, embeddings, memory, scale=1 / temperature)
    pairs, s, positive = positive_values(labels, pairs, memory=memory)
    own = masked_logsumexp(s, positive)
    other = masked_logsumexp(pairs.values, pairs.negative)
    everyone = own + softplus(other - own)  # log(e^x + e^y)
    terms = tf.where(positive, everyone[:, None] - s, 0)
    positives = count(positive)
    rows = tf.reduce_sum(terms, axis=1) / tf.cast(tf.maximum(positives, 1), terms.dtype)
    return average_rows(rows, positives > 0, average) + nan_if_any(embeddings)


@registered
class SupConLoss(BatchLoss):
    """`supcon_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        temperature=0.1,
        average="active",
        name="supcon_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "temperature": check_positive(temperature, "temperature"),
            "average": check_choice(average, AVERAGES, "average"),
        }
        super().__init__(supcon_loss, settings, name, reduction)
