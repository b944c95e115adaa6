"""Quadruplet loss: positives nearer than any two examples of other classes, too."""

import tensorflow as tf

from tfmetric import distances
from tfmetric._core._checks import check_choice, check_positive
from tfmetric._core._masks import check_one_label_each, dense_ids
from tfmetric._core._numerics import (
    AVERAGES,
    as_vectors_in_graph,
    average_tuples,
    count,
    nan_if_any,
)
from tfmetric._core._pairs import distance_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, FunctionLoss, compiled, tuple_columns
from tfmetric.losses._engine import anchors_of
from tfmetric.losses._engine_quadruplets import numbers_of_quadruplets, sums_of_quadruplets
from tfmetric.losses._engine_rows import extremes, hinge


@registered
@compiled
def quadruplet_tuple_loss(y_true, tuple_distances, *, margin=1.0, second_margin=0.5):
    """Quadruplet loss of quadruplets (a, p, n1, n2) whose distances are known.

        loss = max(0, d(a, p) - d(a, n1) + margin)
             + max(0, d(a, p) - d(n1, n2) + second_margin)

    Args:
        y_true: not used; Keras gives one.
        tuple_distances: (batch, 3) float, columns d(a, p), d(a, n1), d(n1, n2), such as
            `QuadrupletNetwork(anchors=1)` gives.
        margin: > 0, in units of the distance.
        second_margin: > 0; smaller than `margin`, for this term is the weaker one.

    Returns:
        (batch,), one value per quadruplet.

    Cost: O(batch).

    Reference: Chen, Chen, Zhang, Huang, 2017, "Beyond triplet loss", arXiv:1704.01719,
    equation 3.

    >>> quadruplet_tuple_loss(None, [[0.5, 1.0, 0.75]]).numpy().tolist()
    [0.75]
    """
    check_positive(margin, "margin")
    check_positive(second_margin, "second_margin")
    pull, push, apart = tuple_columns(tuple_distances, 3)
    first = tf.maximum(pull - push + margin, 0)
    return first + tf.maximum(pull - apart + second_margin, 0)


@registered
@compiled
def two_anchor_tuple_loss(y_true, tuple_distances, *, margin=1.0):
    """Quadruplet loss of two anchors, a positive and a negative, distances known.

    Both anchors and the positive are of one class: they come together, and the negative
    stays further from each anchor than its class mates do.

        loss = mean over i = 1, 2 of
               (max(0, d(ai, p) - d(ai, n) + margin)
              + max(0, d(a1, a2) - d(ai, n) + margin)) / 2

    Args:
        y_true: not used; Keras gives one.
        tuple_distances: (batch, 5) float, columns d(a1, a2), d(a1, p), d(a1, n),
            d(a2, p), d(a2, n), such as `QuadrupletNetwork()` gives.
        margin: > 0, in units of the distance.

    Returns:
        (batch,), one value per quadruplet.

    Cost: O(batch).

    >>> two_anchor_tuple_loss(None, [[1.0, 1.0, 1.5, 1.0, 3.0]]).numpy().tolist()
    [0.25]
    """
    check_positive(margin, "margin")
    a1a2, a1p, a1n, a2p, a2n = tuple_columns(tuple_distances, 5)
    gaps = tf.stack([a1p - a1n, a1a2 - a1n, a2p - a2n, a1a2 - a2n], axis=-1)
    return tf.reduce_mean(tf.maximum(gaps + margin, 0), axis=-1)


@registered
@compiled
def quadruplet_loss(
    labels,
    embeddings,
    *,
    margin=0.2,
    second_margin=0.1,
    strategy="all",
    distance="squared_euclidean",
    average="active",
):
    """Quadruplet loss of a labelled batch.

        loss = mean over (a, p, n) of max(0, d(a, p) - d(a, n) + margin)
             + mean over (a, p, n1, n2) of max(0, d(a, p) - d(n1, n2) + second_margin)

    n1 and n2 are of two different classes, neither of them the anchor's. The second term
    makes every class tighter than the gap between any two others, which helps on classes
    never trained on. It needs three classes in the batch.

    Args:
        labels: (batch,) class ids.
        embeddings: (batch, dim) float; unit vectors unless the margins are chosen anew.
        margin: > 0, in units of `distance`.
        second_margin: > 0; smaller than `margin`, for the second term is the weaker one.
        strategy: "all" tuples, or the "hard" ones: the furthest positive against the
            nearest negative, and against the nearest pair of two other classes.
        distance: name or `Distance`, symmetric and never negative.
        average: over the "active" tuples of each term, over "all", or over "anchors", the
            mean of each anchor's mean.

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: a margin <= 0, unknown names, a distance that is not symmetric or may
            be negative, or shapes that do not fit.

    Cost: O(batch² · (dim + log batch)) time and O(batch²) memory, the O(batch⁴)
    quadruplets of "all" included: they are summed exactly, never listed.

    Reference: Chen, Chen, Zhang, Huang, 2017, arXiv:1704.01719, equations 3 and 7. Here
    the margins are fixed, not adaptive.

    >>> x = [[0.0], [1.0], [3.0], [4.0]]
    >>> loss = quadruplet_loss([0, 0, 1, 2], x, distance="euclidean")
    >>> round(float(tf.reduce_mean(loss)), 6)  # d(a, p) = 1 against d(n1, n2) = 1
    0.1
    """
    check_positive(margin, "margin")
    check_positive(second_margin, "second_margin")
    check_choice(average, AVERAGES, "average")
    check_choice(strategy, _TERMS, "strategy")
    ids, embeddings = dense_ids(labels), as_vectors_in_graph(embeddings)
    check_one_label_each(ids, embeddings)
    order = tf.argsort(ids, stable=True)
    ids, embeddings = tf.gather(ids, order), _in_order(embeddings, order)
    pairs = distance_pairs(ids, embeddings, _distance(distance))
    first, second = _TERMS[strategy](ids, anchors_of(ids, pairs), margin, second_margin)
    loss = average_tuples(*first, average) + average_tuples(*second, average)
    loss += nan_if_any(tf.reduce_sum(pairs.values, axis=1))
    return _in_order(loss, tf.argsort(order))


def _distance(distance):
    """A `Distance` whose sorted values stand for pairs of negatives in either order."""
    found = distances.get(distance)
    if found.negative or not found.symmetric:
        raise ValueError(
            "Expected distance to be symmetric and never negative, such as "
            f"'squared_euclidean' or 'cosine'. Received: {distance!r}"
        )
    return found


@tf.custom_gradient
def _in_order(rows, order):
    """The rows in another order, with a gradient that is no list of rows."""

    def gradient(upstream):
        return tf.gather(upstream, tf.argsort(order)), None

    return tf.gather(rows, order), gradient


def _all_terms(ids, anchors, margin, second_margin):
    first, second = sums_of_quadruplets(ids, anchors, margin, second_margin)
    triplets = count(anchors.valid) * count(anchors.negative)
    return (*first, triplets), (*second, numbers_of_quadruplets(ids, anchors))


def _hard_terms(ids, anchors, margin, second_margin):
    any_positive = tf.reduce_any(anchors.valid, axis=1)
    any_negative = tf.reduce_any(anchors.negative, axis=1)
    pulls = tf.where(anchors.valid, anchors.pull(), anchors.d.dtype.min)
    apart, any_apart = _nearest_pair_of_other_classes(ids, anchors)
    valid = any_positive & any_apart
    gap = tf.where(valid, tf.reduce_max(pulls, axis=1) - apart, 0)
    hinges = tf.where(valid, tf.maximum(gap + second_margin, 0), 0)
    return (
        (*extremes(anchors, hinge(margin), furthest=True), any_positive & any_negative),
        (hinges, hinges > 0, valid),
    )


def _nearest_pair_of_other_classes(ids, anchors):
    """For each row the least distance of a pair without its class, and whether any is."""
    cells = anchors.push(anchors.d.dtype.max)

    def least(cells):
        columns = tf.shape(cells)[1]
        cell = tf.argmin(tf.reshape(cells, [-1]), output_type=tf.int32)
        return tf.stack([cell // columns, cell % columns])

    def least_without(dropped):
        kept = ids != dropped
        return least(tf.where(kept[:, None] & kept, cells, cells.dtype.max))

    # Only the two classes of the nearest pair of all see another minimum.
    nearest = least(cells)
    first, second = tf.unstack(tf.gather(ids, nearest))
    found = tf.stack([nearest, least_without(first), least_without(second)])
    which = tf.where(ids == first, 1, tf.where(ids == second, 2, 0))
    found = tf.gather(found, which)
    return tf.gather_nd(anchors.d, found), tf.gather_nd(cells, found) < cells.dtype.max


_TERMS = {"all": _all_terms, "hard": _hard_terms}


@registered
class QuadrupletTupleLoss(FunctionLoss):
    """`quadruplet_tuple_loss` as a Keras loss: `loss(y_true, tuple_distances)`."""

    def __init__(
        self,
        margin=1.0,
        second_margin=0.5,
        name="quadruplet_tuple_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_positive(margin, "margin"),
            "second_margin": check_positive(second_margin, "second_margin"),
        }
        super().__init__(quadruplet_tuple_loss, settings, name, reduction)


@registered
class TwoAnchorTupleLoss(FunctionLoss):
    """`two_anchor_tuple_loss` as a Keras loss: `loss(y_true, tuple_distances)`."""

    def __init__(
        self,
        margin=1.0,
        name="two_anchor_tuple_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {"margin": check_positive(margin, "margin")}
        super().__init__(two_anchor_tuple_loss, settings, name, reduction)


@registered
class QuadrupletLoss(BatchLoss):
    """`quadruplet_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        margin=0.2,
        second_margin=0.1,
        strategy="all",
        distance="squared_euclidean",
        average="active",
        name="quadruplet_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_positive(margin, "margin"),
            "second_margin": check_positive(second_margin, "second_margin"),
            "strategy": check_choice(strategy, _TERMS, "strategy"),
            "distance": _distance(distance),
            "average": check_choice(average, AVERAGES, "average"),
        }
        super().__init__(quadruplet_loss, settings, name, reduction)
