"""N-pair loss: one positive against the negatives of all other classes at once."""

import tensorflow as tf

from tfmetric._core._checks import check_not_negative
from tfmetric._core._masks import pair_masks
from tfmetric._core._numerics import (
    as_vectors_in_graph,
    masked_logsumexp,
    mean_over_tuples,
)
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled


@registered
@compiled
def npair_loss(labels, embeddings, *, regularization=0.0):
    """N-pair loss of a labelled batch, on dot products.

        loss = mean over (a, p) of log(1 + sum over n of exp(a·n - a·p))
             + regularization · mean over a of |a|²

    All negatives push at once, each as much as it is near. Best with two examples of
    many classes, and with embeddings that are not of unit length: dot products in -1..1
    hardly tell classes apart.

    Args:
        labels: (batch,) class ids.
        embeddings: (batch, dim) float.
        regularization: >= 0, weight of the squared length.

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
    embeddings = as_vectors_in_graph(embeddings)
    similarity = tf.matmul(embeddings, embeddings, transpose_b=True)
    positive, negative = pair_masks(labels, embeddings)
    push = masked_logsumexp(similarity, negative)[:, None]
    pairs = tf.where(positive, tf.nn.softplus(push - similarity), 0)
    counts = tf.math.count_nonzero(positive, axis=1)
    loss = mean_over_tuples(tf.reduce_sum(pairs, axis=1), counts)
    return loss + regularization * tf.reduce_sum(tf.square(embeddings), axis=1)


@registered
class NPairLoss(BatchLoss):
    """`npair_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        regularization=0.0,
        name="npair_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {"regularization": check_not_negative(regularization, "regularization")}
        super().__init__(npair_loss, settings, name, reduction)
