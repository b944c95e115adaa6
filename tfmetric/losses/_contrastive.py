"""Contrastive loss: similar pairs together, different pairs at least a margin apart."""

import tensorflow as tf

from tfmetric import distances
from tfmetric._core._checks import check_positive
from tfmetric._core._masks import pair_masks
from tfmetric._core._numerics import at_least_float32, mean_over_tuples
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, FunctionLoss, compiled


@registered
@compiled
def contrastive_tuple_loss(same, distance, *, margin=1.0, power=2):
    """Contrastive loss of pairs whose distance is already known.

        loss = same · d^power + (1 - same) · max(0, margin - d)^power

    Args:
        same: (batch,), 1 where the pair is of one class, 0 where it is not.
        distance: (batch,) float, such as a `SiameseNetwork` gives.
        margin: > 0, in units of the distance.
        power: 2 for plain distances (the paper), 1 for distances that are squared.

    Returns:
        (batch,), one value per pair.

    Cost: O(batch).

    Reference: Hadsell, Chopra, LeCun, 2006, "Dimensionality Reduction by Learning an
    Invariant Mapping", equation 4, without its factor one half.

    >>> loss = contrastive_tuple_loss([1.0, 0.0, 0.0], [0.5, 0.5, 2.0])
    >>> loss.numpy().tolist()
    [0.25, 0.25, 0.0]
    """
    check_positive(margin, "margin")
    check_positive(power, "power")
    distance = at_least_float32(distance)
    same = tf.cast(tf.reshape(same, tf.shape(distance)), distance.dtype)
    apart = tf.maximum(margin - distance, 0)
    return same * distance**power + (1 - same) * apart**power


@registered
@compiled
def contrastive_loss(labels, embeddings, *, margin=1.0, distance="euclidean", power=2):
    """Contrastive loss of all pairs in a labelled batch.

        loss = mean over positive pairs of d^power
             + mean over negative pairs of max(0, margin - d)^power

    The two means are taken apart, for negatives outnumber positives in a batch. One
    fixed margin for all classes assumes that classes spread alike.

    Args:
        labels: (batch,) class ids.
        embeddings: (batch, dim) float.
        margin: > 0, in units of `distance`; 1 suits unit vectors.
        distance: name or `Distance`.
        power: 2 for plain distances, 1 for squared ones.

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: `margin` or `power` <= 0, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: Hadsell, Chopra, LeCun, 2006, equation 4; the separate means are those of
    pytorch-metric-learning.

    >>> loss = contrastive_loss([0, 0, 1], [[0.0], [0.5], [0.75]])
    >>> round(float(tf.reduce_mean(loss)), 6)  # 0.5**2 + (0.25**2 + 0.75**2) / 2
    0.5625
    """
    check_positive(margin, "margin")
    check_positive(power, "power")
    d = distances.get(distance)(embeddings)
    positive, negative = pair_masks(labels, d)
    pull = tf.where(positive, d**power, 0)
    push = tf.where(negative, tf.maximum(margin - d, 0) ** power, 0)
    return _mean_of_cells(pull, positive) + _mean_of_cells(push, negative)


def _mean_of_cells(cells, mask):
    counts = tf.math.count_nonzero(mask, axis=1)
    return mean_over_tuples(tf.reduce_sum(cells, axis=1), counts)


@registered
class ContrastiveTupleLoss(FunctionLoss):
    """`contrastive_tuple_loss` as a Keras loss: `loss(same, distance)`."""

    def __init__(
        self,
        margin=1.0,
        power=2,
        name="contrastive_tuple_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_positive(margin, "margin"),
            "power": check_positive(power, "power"),
        }
        super().__init__(contrastive_tuple_loss, settings, name, reduction)


@registered
class ContrastiveLoss(BatchLoss):
    """`contrastive_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        margin=1.0,
        distance="euclidean",
        power=2,
        name="contrastive_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_positive(margin, "margin"),
            "distance": distances.get(distance),
            "power": check_positive(power, "power"),
        }
        super().__init__(contrastive_loss, settings, name, reduction)
