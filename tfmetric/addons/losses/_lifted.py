"""Lifted structured loss."""

import tensorflow as tf

from tfmetric._core._masks import label_ids, pair_masks
from tfmetric._core._numerics import masked_logsumexp, mean_over_tuples, nan_if_any
from tfmetric.addons.losses._base import (
    as_margin,
    as_reduction,
    distance_matrix,
    mean_of_rows,
    registered,
)
from tfmetric.losses._base import BatchLoss, compiled


def lifted_struct_rows(labels, embeddings, margin):
    """Values per example whose mean is `lifted_struct_loss`."""
    d = distance_matrix(embeddings, "L2")
    positive, negative = pair_masks(label_ids(labels), d)
    closeness = margin - d
    push = masked_logsumexp(closeness, negative)
    # log(e^x + e^y) of the two ends, taken from the larger maximum as in the original.
    peaks = tf.reduce_max(tf.where(negative, closeness, d.dtype.min / 10), axis=1)
    peak = tf.maximum(peaks[:, None], peaks)
    ends = tf.exp(push[:, None] - peak)
    both = peak + tf.math.log(ends + tf.transpose(ends))
    pairs = tf.where(positive, tf.square(tf.maximum(d + both, 0)) / 2, 0)
    counts = tf.math.count_nonzero(positive, axis=1)
    return mean_over_tuples(tf.reduce_sum(pairs, axis=1), counts) + nan_if_any(d)


@registered
@compiled
def lifted_struct_loss(labels, embeddings, margin=1.0):
    """Lifted structured loss of a labelled batch.

        J[i, j] = d[i, j] + log(sum over negatives k of i of exp(margin - d[i, k])
                              + sum over negatives l of j of exp(margin - d[j, l]))
        loss    = mean over positive pairs (i, j) of max(0, J[i, j])² / 2

    Args:
        labels: (batch,) class ids.
        embeddings: (batch, dim) float, not normalised.
        margin: a number, in units of the Euclidean distance.

    Returns:
        A number, of the type of `embeddings`; zero where the original has NaN: no
        positive or no negative pair.

    Raises:
        ValueError: shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory; the original takes batch³.

    >>> loss = lifted_struct_loss([0, 0, 1], [[0.0], [0.0], [1.0]])
    >>> round(float(loss), 6)  # log(1 + 1)**2 / 2
    0.240227
    """
    return mean_of_rows(lifted_struct_rows(labels, embeddings, margin), embeddings)


@registered
class LiftedStructLoss(BatchLoss):
    """`lifted_struct_loss` as a Keras loss: `loss(labels, embeddings)`."""

    zero_of_none = True

    def __init__(self, margin=1.0, name=None, reduction="sum_over_batch_size"):
        settings = {"margin": as_margin(margin)}
        super().__init__(_compiled_rows, settings, name, as_reduction(reduction))


_compiled_rows = compiled(lifted_struct_rows)
