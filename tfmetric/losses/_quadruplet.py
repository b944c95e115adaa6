"""Quadruplet loss: positives nearer than any two examples of other classes, too."""

import tensorflow as tf

from tfmetric import distances
from tfmetric._core._checks import check_choice, check_positive
from tfmetric._core._masks import dense_ids, pair_masks
from tfmetric._core._numerics import mean_over_tuples, nan_if_any
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, FunctionLoss, compiled, tuple_columns
from tfmetric.losses._engine import hinges_against_pairs, hinges_against_row


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
        distance: name or `Distance`.
        average: over the "active" tuples of each term, or over "all".

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: a margin <= 0, unknown names, or shapes that do not fit.

    Cost: O(batch² · (dim + log batch)) time and O(batch²) memory, the O(batch⁴)
    quadruplets of "all" included: they are summed exactly from sorted distances.

    Reference: Chen, Chen, Zhang, Huang, 2017, arXiv:1704.01719, equations 3 and 7. Here
    the margins are fixed, not adaptive.

    >>> x = [[0.0], [1.0], [3.0], [4.0]]
    >>> loss = quadruplet_loss([0, 0, 1, 2], x, distance="euclidean")
    >>> round(float(tf.reduce_mean(loss)), 6)  # d(a, p) = 1 against d(n1, n2) = 1
    0.1
    """
    check_positive(margin, "margin")
    check_positive(second_margin, "second_margin")
    check_choice(average, ("active", "all"), "average")
    check_choice(strategy, _TERMS, "strategy")
    d = distances.get(distance)(embeddings)
    terms = _TERMS[strategy](dense_ids(labels), d, margin, second_margin)
    first, second = (
        mean_over_tuples(sums, active if average == "active" else counts)
        for sums, active, counts in terms
    )
    return first + second + nan_if_any(d)


def _all_terms(ids, d, margin, second_margin):
    positive, negative = pair_masks(ids, d)
    negatives = tf.math.count_nonzero(negative, axis=1, keepdims=True, dtype=tf.int32)
    triplets = *hinges_against_row(d + margin, d, negative), negatives
    pairs = hinges_against_pairs(d + second_margin, d, negative, ids)
    return [
        [tf.reduce_sum(tf.where(positive, tf.cast(cells, d.dtype), 0), 1) for cells in term]
        for term in (triplets, pairs)
    ]


def _hard_terms(ids, d, margin, second_margin):
    positive, negative = pair_masks(ids, d)
    highest = d.dtype.max
    pull = tf.reduce_max(tf.where(positive, d, 0), axis=1)
    push = tf.reduce_min(tf.where(negative, d, highest), axis=1)
    apart = _nearest_pair_of_other_classes(ids, tf.where(negative, d, highest))
    terms = []
    for other, gap in ((push, margin), (apart, second_margin)):
        valid = tf.reduce_any(positive, axis=1) & (other < highest)
        hinge = tf.maximum(pull - tf.where(valid, other, 0) + gap, 0)
        hinge = tf.where(valid, hinge, 0)
        terms.append((hinge, tf.cast(hinge > 0, tf.int32), tf.cast(valid, tf.int32)))
    return terms


def _nearest_pair_of_other_classes(ids, d):
    """For each row the least distance of a pair without the row's class."""
    rows = tf.shape(d)[0]
    between = tf.math.unsorted_segment_min(d, ids, rows)
    between = tf.math.unsorted_segment_min(tf.transpose(between), ids, rows)

    def least_without(dropped):
        kept = tf.range(rows) != dropped
        return tf.reduce_min(tf.where(kept[:, None] & kept[None, :], between, d.dtype.max))

    # Only the two classes of the nearest pair of all see another minimum.
    nearest = tf.argmin(tf.reshape(between, [-1]), output_type=tf.int32)
    first, second = nearest // rows, nearest % rows
    others = tf.where(ids == second, least_without(second), tf.reduce_min(between))
    return tf.where(ids == first, least_without(first), others)


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
            "distance": distances.get(distance),
            "average": check_choice(average, ("active", "all"), "average"),
        }
        super().__init__(quadruplet_loss, settings, name, reduction)
