"""Triplet loss: every negative further away than every positive, by a margin."""

import tensorflow as tf

from tfmetric import distances, miners
from tfmetric._core._checks import check_choice, check_positive
from tfmetric._core._masks import pair_masks
from tfmetric._core._numerics import mean_over_tuples, nan_if_any
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, FunctionLoss, compiled, tuple_columns
from tfmetric.losses._engine import hinges_against_row


@registered
@compiled
def triplet_tuple_loss(y_true, tuple_distances, *, margin=1.0):
    """Triplet loss of triplets whose distances are already known.

        loss = max(0, d(a, p) - d(a, n) + margin)

    Args:
        y_true: not used; Keras gives one.
        tuple_distances: (batch, 2) float, columns d(a, p) and d(a, n), such as a
            `TripletNetwork` gives.
        margin: > 0, in units of the distance.

    Returns:
        (batch,), one value per triplet.

    Cost: O(batch).

    Reference: Schroff, Kalenichenko, Philbin, 2015, arXiv:1503.03832, equation 2.

    >>> triplet_tuple_loss(None, [[0.5, 2.0], [0.5, 1.0]]).numpy().tolist()
    [0.0, 0.5]
    """
    check_positive(margin, "margin")
    pull, push = tuple_columns(tuple_distances, 2)
    return tf.maximum(pull - push + margin, 0)


@registered
@compiled
def triplet_loss(
    labels,
    embeddings,
    *,
    margin=0.2,
    strategy="all",
    distance="squared_euclidean",
    average="active",
):
    """Triplet loss of a labelled batch.

        loss = mean over (a, p, n) of max(0, d(a, p) - d(a, n) + margin)

    The batch needs at least two examples of each class, such as
    `tfmetric.data.balanced_batches` gives.

    Args:
        labels: (batch,) class ids.
        embeddings: (batch, dim) float; unit vectors unless the margin is chosen anew.
        margin: > 0, in units of `distance`. 0.2 is FaceNet's.
        strategy: which triplets: "all", "hard" (furthest positive, nearest negative of
            each anchor), "semihard" (for each positive pair the nearest negative
            beyond), or a `Miner`.
        distance: name or `Distance`.
        average: over the "active" triplets, those above zero (so that the step does not
            shrink as triplets get solved), or over "all" of them.

    Returns:
        (batch,), one value per anchor, whose mean is the loss; zeros where the batch has
        no triplet.

    Raises:
        ValueError: `margin` <= 0, unknown names, or shapes that do not fit.

    Cost: O(batch² · (dim + log batch)) time and O(batch²) memory, the O(batch³) triplets
    of "all" included: they are summed exactly from sorted rows, never listed.

    Reference: Hermans, Beyer, Leibe, 2017, arXiv:1703.07737 ("all" averaged over active
    triplets is their batch-all≠0, "hard" their batch-hard); "semihard" is Schroff et al.,
    2015, arXiv:1503.03832.

    >>> loss = triplet_loss([0, 0, 1], [[0.0], [1.0], [1.5]], distance="euclidean")
    >>> round(float(tf.reduce_mean(loss)), 6)  # only (1, 0, 2): 1 - 0.5 + 0.2
    0.7
    """
    check_positive(margin, "margin")
    check_choice(average, ("active", "all"), "average")
    d = distances.get(distance)(embeddings)
    if strategy == "all":
        sums, active, counts = _every_triplet(labels, d, margin)
    else:
        sums, active, counts = _mined_triplets(labels, d, margin, strategy)
    loss = mean_over_tuples(sums, active if average == "active" else counts)
    return loss + nan_if_any(d)


def _every_triplet(labels, d, margin):
    positive, negative = pair_masks(labels, d)
    sums, active = hinges_against_row(d + margin, d, negative)
    negatives = tf.math.count_nonzero(negative, axis=1)
    return (
        tf.reduce_sum(tf.where(positive, sums, 0), axis=1),
        tf.reduce_sum(tf.where(positive, active, 0), axis=1),
        tf.math.count_nonzero(positive, axis=1) * negatives,
    )


def _mined_triplets(labels, d, margin, strategy):
    anchor, positive, negative, valid = miners.get(strategy)(labels, d)
    pull = tf.gather_nd(d, tf.stack([anchor, positive], axis=1))
    push = tf.gather_nd(d, tf.stack([anchor, negative], axis=1))
    hinge = tf.where(valid, tf.maximum(pull - push + margin, 0), 0)

    def per_anchor(values):
        return tf.math.unsorted_segment_sum(values, anchor, tf.shape(d)[0])

    return (
        per_anchor(hinge),
        per_anchor(tf.cast(hinge > 0, tf.int32)),
        per_anchor(tf.cast(valid, tf.int32)),
    )


@registered
class TripletTupleLoss(FunctionLoss):
    """`triplet_tuple_loss` as a Keras loss: `loss(y_true, tuple_distances)`."""

    def __init__(
        self, margin=1.0, name="triplet_tuple_loss", reduction="sum_over_batch_size"
    ):
        settings = {"margin": check_positive(margin, "margin")}
        super().__init__(triplet_tuple_loss, settings, name, reduction)


@registered
class TripletLoss(BatchLoss):
    """`triplet_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        margin=0.2,
        strategy="all",
        distance="squared_euclidean",
        average="active",
        name="triplet_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_positive(margin, "margin"),
            "strategy": "all" if strategy == "all" else miners.get(strategy),
            "distance": distances.get(distance),
            "average": check_choice(average, ("active", "all"), "average"),
        }
        super().__init__(triplet_loss, settings, name, reduction)
