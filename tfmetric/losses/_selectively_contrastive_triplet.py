"""Selectively contrastive triplets: of a hard triplet only the negative is moved."""

import tensorflow as tf

from tfmetric._core._checks import check_not_negative, check_positive
from tfmetric._core._numerics import mean_over_tuples, nan_if_any, softplus
from tfmetric._core._pairs import cosine_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._positives import positive_values


@registered
@compiled
def selectively_contrastive_triplet_loss(
    labels, embeddings, *, temperature=0.1, hard_weight=1.0, memory=None
):
    """Triplets of the nearest positive and the nearest negative of each anchor, by cosine.

        loss = mean over a of hard_weight · s[a, n]   where s[a, n] > s[a, p], elsewhere
               log(1 + exp((s[a, n] - s[a, p]) / temperature))

    Where the negative is nearer than the positive, the gradient of a triplet loss can pull
    both the same way and collapse the embedding; here the negative is pushed off first,
    and the positive left alone until it is the nearer one. Suits classes that spread
    widely, for whose far members it does not care.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float; their length plays no part.
        temperature: > 0.
        hard_weight: >= 0, of the triplets whose negative is the nearer one.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss: the mean over the anchors
        that have a positive and a negative. Below zero where all that is near an anchor
        points away from it.

    Raises:
        ValueError: a setting out of range, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: Xuan, Stylianou, Liu, Pless, 2020, "Hard Negative Examples are Hard, but
    Useful", arXiv:2007.12749, with the temperature of the authors' code, which counts
    negatives of a cosine above 0.8 as hard as well.

    >>> x = [[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]]  # positive 0, negatives 0.6 and 0.8
    >>> loss = selectively_contrastive_triplet_loss([0, 0, 1], x)
    >>> round(float(tf.reduce_mean(loss)), 6)
    0.7
    """
    check_positive(temperature, "temperature")
    check_not_negative(hard_weight, "hard_weight")
    pairs = cosine_pairs(labels, embeddings, memory)
    pairs, s, positive = positive_values(labels, pairs, memory=memory)
    pull, has_positive = _nearest(s, positive)
    push, has_negative = _nearest(pairs.values, pairs.negative)
    easy = softplus((push - pull) / temperature)
    terms = tf.where(push > pull, hard_weight * push, easy)
    anchors = has_positive & has_negative
    return mean_over_tuples(tf.where(anchors, terms, 0), anchors) + nan_if_any(embeddings)


def _nearest(s, mask):
    """The greatest masked value of each row, and whether there is one."""
    column = tf.argmax(tf.where(mask, s, s.dtype.min), axis=1, output_type=tf.int32)
    found = tf.gather(s, column[:, None], batch_dims=1)[:, 0]
    return found, tf.reduce_any(mask, axis=1)


@registered
class SelectivelyContrastiveTripletLoss(BatchLoss):
    """`selectively_contrastive_triplet_loss` as a Keras loss."""

    def __init__(
        self,
        temperature=0.1,
        hard_weight=1.0,
        name="selectively_contrastive_triplet_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "temperature": check_positive(temperature, "temperature"),
            "hard_weight": check_not_negative(hard_weight, "hard_weight"),
        }
        super().__init__(selectively_contrastive_triplet_loss, settings, name, reduction)
