"""Dynamic soft margin loss: a triplet weighs as much as it is harder than the others."""

import tensorflow as tf

from tfmetric import distances
from tfmetric._core._numerics import count, mean_over_tuples, nan_if_any
from tfmetric._core._pairs import distance_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._mates import and_in_columns, positive_columns
from tfmetric.losses._positives import nearest_values


@registered
@compiled
def dynamic_soft_margin_loss(labels, embeddings, *, distance="euclidean"):
    """Triplet loss without a margin: weights say which triplets still matter.

        gap[a, p] = d[a, p] - the smallest d from a or p to a negative
        loss      = mean over (a, p) of weight[a, p] · gap[a, p]
        weight    = the fraction of the batch's gaps that are no larger, a constant to the
                    gradient

    The hardest triplets of the batch weigh one, the easiest next to nothing, at every
    stage of training, so there is no margin to tune. Falls below zero as classes come
    apart. Made for one positive an example, such as two views of a local patch.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float; unit vectors, or nothing bounds the loss below.
        distance: name or `Distance`.

    Returns:
        (batch,), one value per anchor, whose mean is the loss; zeros where the batch has
        no positive or no negative pair.

    Raises:
        ValueError: shapes that do not fit.

    Cost: O(batch² · dim + positive pairs · log) time, O(batch²) memory.

    Reference: Zhang, Rusinkiewicz, 2019, "Learning Local Descriptors With a CDF-Based
    Dynamic Soft Margin", ICCV. Theirs is the distribution of a running histogram over
    batches; a loss keeps no state, so this is that of the batch itself, without bins.

    >>> x = [[0.0], [1.0], [1.5], [4.0]]  # gaps: 1 - 0.5 twice, of (0, 1); 2.5 - 0.5 twice
    >>> loss = dynamic_soft_margin_loss([0, 0, 1, 1], x)
    >>> round(float(tf.reduce_mean(loss)), 6)  # (0.5 · 2 / 4 + 2 · 4 / 4) / 2
    1.125
    """
    pairs = distance_pairs(labels, embeddings, distances.get(distance))
    columns, positive = positive_columns(labels, pairs.positive)
    values, pull = and_in_columns(labels, pairs.values, columns)
    nearest = nearest_values(values, pairs.negative)
    push = tf.minimum(nearest[:, None], tf.gather(nearest, columns))
    valid = positive & tf.reduce_any(pairs.negative, axis=1)[:, None]
    gap = pull - push
    weight = _fraction_below(tf.stop_gradient(gap), valid)
    sums = tf.reduce_sum(tf.where(valid, weight * gap, 0), axis=1)
    return mean_over_tuples(sums, count(valid)) + nan_if_any(embeddings)


def _fraction_below(values, valid):
    """For each valid value the fraction of valid values that are no larger."""
    flat = tf.reshape(tf.where(valid, values, values.dtype.max), [-1])
    order = tf.argsort(flat)
    ordered = tf.gather(flat, order)
    # Equal values share the place of the last of them.
    steps = tf.concat([[0], tf.cast(ordered[1:] > ordered[:-1], tf.int32)], axis=0)
    group, place = tf.cumsum(steps), tf.range(1, tf.size(flat) + 1)
    last = tf.math.unsorted_segment_max(place, group, tf.size(flat))
    places = tf.scatter_nd(order[:, None], tf.gather(last, group), tf.shape(flat))
    total = tf.maximum(tf.reduce_sum(tf.cast(valid, values.dtype)), 1)
    return tf.cast(tf.reshape(places, tf.shape(values)), values.dtype) / total


@registered
class DynamicSoftMarginLoss(BatchLoss):
    """`dynamic_soft_margin_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        distance="euclidean",
        name="dynamic_soft_margin_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {"distance": distances.get(distance)}
        super().__init__(dynamic_soft_margin_loss, settings, name, reduction)
