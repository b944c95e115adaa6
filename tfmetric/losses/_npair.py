"""N-pair loss: one positive against the negatives of all other classes at once."""

import tensorflow as tf

from tfmetric._core._checks import check_choice, check_not_negative
from tfmetric._core._masks import pair_masks
from tfmetric._core._numerics import (
    AVERAGES,
    as_vectors_in_graph,
    average_tuples,
    count,
    masked_logsumexp,
    nan_if_any,
    softplus,
)
from tfmetric._core._pairs import Pairs, with_memory
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._positives import positive_values


@registered
@compiled
def npair_loss(labels, embeddings, *, regularization=0.0, average="all", memory=None):
    """N-pair loss of a labelled batch, on dot products.

        loss = mean over (a, p) of log(1 + sum over n of exp(a·n - a·p))
             + regularization · mean over a of |a|²

    All negatives push at once, each as much as it is near. Best with two examples of
    many classes, and with embeddings that are not of unit length: dot products in -1..1
    hardly tell classes apart.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float.
        regularization: >= 0, weight of the squared length.
        average: over "all" positive pairs, over the "active" ones, or over "anchors", the
            mean of each anchor's mean.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: `regularization` < 0, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: Sohn, 2016, "Improved Deep Metric Learning with Multi-class N-pair Loss
    Objective", equation 4. There a batch holds two examples of each class and a negative
    is the second of them; here every example of another class is one.

    >>> loss = npair_loss([0, 0, 1], [[1.0], [1.0], [1.0]])
    >>> round(float(tf.reduce_mean(loss)), 6)  # log 2
    0.693147
    """
    check_not_negative(regularization, "regularization")
    check_choice(average, AVERAGES, "average")
    embeddings = as_vectors_in_graph(embeddings)
    others = embeddings if memory is None else with_memory(embeddings, memory)
    products = tf.matmul(embeddings, others, transpose_b=True)
    pairs = Pairs(products, *pair_masks(labels, embeddings, memory))
    pairs, s, positive = positive_values(labels, pairs, memory=memory)
    push = masked_logsumexp(pairs.values, pairs.negative)[:, None]
    terms = tf.where(positive, softplus(push - s), 0)
    sums = tf.reduce_sum(terms, axis=1)
    loss = average_tuples(sums, count(terms > 0), count(positive), average)
    lengths = tf.reduce_sum(tf.square(embeddings), axis=1)
    return loss + regularization * lengths + nan_if_any(embeddings)


@registered
class NPairLoss(BatchLoss):
    """`npair_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        regularization=0.0,
        average="all",
        name="npair_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "regularization": check_not_negative(regularization, "regularization"),
            "average": check_choice(average, AVERAGES, "average"),
        }
        super().__init__(npair_loss, settings, name, reduction)
