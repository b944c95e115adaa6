"""Lifted structure loss: a positive pair against the negatives of both its ends."""

import tensorflow as tf

from tfmetric import distances
from tfmetric._core._checks import check_positive
from tfmetric._core._masks import pair_masks
from tfmetric._core._numerics import masked_logsumexp, mean_over_tuples
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled


@registered
@compiled
def lifted_structure_loss(labels, embeddings, *, margin=1.0, distance="euclidean"):
    """Lifted structure loss of a labelled batch.

        J[i, j] = d[i, j] + log(sum over negatives k of i of exp(margin - d[i, k])
                              + sum over negatives l of j of exp(margin - d[j, l]))
        loss    = mean over positive pairs (i, j) of max(0, J[i, j])² / 2

    No end of a pair is the anchor: both push their negatives away.

    Args:
        labels: (batch,) class ids.
        embeddings: (batch, dim) float; the paper does not normalise them.
        margin: > 0, in units of `distance`.
        distance: name or `Distance`.

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
    d = distances.get(distance)(embeddings)
    positive, negative = pair_masks(labels, d)
    push = masked_logsumexp(margin - d, negative)
    # log(e^x + e^y) of the two ends.
    gap = push[:, None] - push[None, :]
    both = push[None, :] + tf.nn.softplus(gap)
    pairs = tf.where(positive, tf.square(tf.maximum(d + both, 0)) / 2, 0)
    counts = tf.math.count_nonzero(positive, axis=1)
    return mean_over_tuples(tf.reduce_sum(pairs, axis=1), counts)


@registered
class LiftedStructureLoss(BatchLoss):
    """`lifted_structure_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        margin=1.0,
        distance="euclidean",
        name="lifted_structure_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_positive(margin, "margin"),
            "distance": distances.get(distance),
        }
        super().__init__(lifted_structure_loss, settings, name, reduction)
