"""Triplet loss: every negative further away than every positive, by a margin."""

import tensorflow as tf

from tfmetric import distances, miners
from tfmetric._core._checks import check_choice, check_flag, check_positive
from tfmetric._core._numerics import AVERAGES, average_tuples, count, nan_if_any
from tfmetric._core._pairs import distance_pairs, with_memory
from tfmetric._core._registry import registered
from tfmetric.losses import _engine_rows as rows
from tfmetric.losses import _engine_swap as swaps
from tfmetric.losses._base import BatchLoss, FunctionLoss, compiled, tuple_columns
from tfmetric.losses._engine import anchors_of

STRATEGIES = ("all", "easy", "hard", "semihard")


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
    soft=False,
    swap=False,
    memory=None,
):
    """Triplet loss of a labelled batch.

        loss = mean over (a, p, n) of max(0, d(a, p) - d(a, n) + margin)

    The batch needs at least two examples of each class, such as
    `tfmetric.data.balanced_batches` gives.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float; unit vectors unless the margin is chosen anew.
        margin: > 0, in units of `distance`. 0.2 is FaceNet's.
        strategy: which triplets: "all", "hard" (furthest positive, nearest negative of
            each anchor), "easy" (nearest positive, nearest negative: classes keep their
            inner spread), "semihard" (for each positive pair the nearest negative
            beyond, else the furthest), or a `Miner`. Distances that tie for the nearest
            or furthest share the gradient; a `Miner` chooses one of them.
        distance: name or `Distance`.
        average: over the "active" triplets, those above zero (so that the step does not
            shrink as triplets get solved), over "all" of them, or over "anchors", the
            mean of each anchor's mean.
        soft: take log(1 + exp(d(a, p) - d(a, n))) in place of the hinge, which keeps
            pulling where the margin would be met; `margin` plays no part.
        swap: take the lesser of d(a, n) and d(p, n) for d(a, n) throughout, so that the
            negative is kept from whichever is nearer. A `Miner` does not see it.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss; zeros where the batch has
        no triplet.

    Raises:
        ValueError: `margin` <= 0, unknown names, or shapes that do not fit.

    Cost: O(batch² · (dim + log batch)) time and O(batch²) memory, the O(batch³) triplets
    of "all" included: they are summed exactly, never listed. `swap`, and `soft` with
    "all", look at every triplet: O(batch²) for each of an anchor's positives in time, no
    more memory.

    Reference: Hermans, Beyer, Leibe, 2017, arXiv:1703.07737 ("all" averaged over active
    triplets is their batch-all≠0, "hard" their batch-hard, and `soft` theirs);
    "semihard" is Schroff et al., 2015, arXiv:1503.03832, its fallback and its shared
    gradient tensorflow-addons'; "easy" is Xuan, Stylianou, Pless, 2020,
    arXiv:1904.04370; `swap` is Balntas et al., 2016, "Learning local feature descriptors
    with triplets and shallow convolutional neural networks".

    >>> loss = triplet_loss([0, 0, 1], [[0.0], [1.0], [1.5]], distance="euclidean")
    >>> round(float(tf.reduce_mean(loss)), 6)  # only (1, 0, 2): 1 - 0.5 + 0.2
    0.7
    """
    check_positive(margin, "margin")
    check_choice(average, AVERAGES, "average")
    strategy, distance = _as_strategy(strategy), distances.get(distance)
    pairs = distance_pairs(labels, embeddings, distance, memory)
    soft, swap = check_flag(soft, "soft"), check_flag(swap, "swap")
    loss = rows.soft_hinge if soft else rows.hinge(margin)
    others = _between_examples(embeddings, pairs, distance, memory) if swap else None
    if isinstance(strategy, miners.Miner):
        terms = _mined(strategy, pairs, loss, others)
    else:
        anchors = anchors_of(labels, pairs, memory)
        sums, active = (
            _swapped(strategy, anchors, loss, others)
            if swap
            else _plain(strategy, anchors, loss, None if soft else margin)
        )
        terms = sums, active, _numbers(strategy, anchors)
    return average_tuples(*terms, average) + nan_if_any(tf.reduce_sum(pairs.values, axis=1))


def _as_strategy(strategy):
    if isinstance(strategy, str):
        return check_choice(strategy, STRATEGIES, "strategy")
    return miners.get(strategy, miners.Miner)


def _between_examples(embeddings, pairs, distance, memory):
    """Distances of all examples to each other: (columns, columns)."""
    if memory is None:
        return pairs.values
    return distance(with_memory(tf.cast(embeddings, pairs.values.dtype), memory))


def _plain(strategy, anchors, loss, margin):
    if strategy == "all":
        if margin is None:
            return rows.every(anchors, loss)
        return rows.every_hinge(anchors, margin)
    if strategy == "semihard":
        return rows.semi_hard(anchors, loss)
    return rows.extremes(anchors, loss, furthest=strategy == "hard")


def _swapped(strategy, anchors, loss, others):
    if strategy == "all":
        return swaps.swapped_sums(swaps.each, loss, anchors, others)
    if strategy == "semihard":
        return swaps.swapped_sums(swaps.beyond, loss, anchors, others)
    anchors = swaps.with_one_positive(anchors, furthest=strategy == "hard")
    return swaps.swapped_sums(swaps.nearest, loss, anchors, others)


def _numbers(strategy, anchors):
    """(rows,) numbers of triplets of each anchor."""
    positives, negatives = count(anchors.valid), count(anchors.negative)
    if strategy in ("easy", "hard"):
        positives = tf.minimum(positives, 1)
    return positives * (negatives if strategy == "all" else tf.minimum(negatives, 1))


def _mined(miner, pairs, loss, others):
    anchor, positive, negative, valid = miner.select(*pairs)
    pull = tf.gather_nd(pairs.values, tf.stack([anchor, positive], axis=1))
    push = tf.gather_nd(pairs.values, tf.stack([anchor, negative], axis=1))
    if others is not None:
        far = tf.gather_nd(others, tf.stack([positive, negative], axis=1))
        push = tf.minimum(push, far)
    values = tf.where(valid, loss(pull - push)[0], 0)

    def per_anchor(each):
        each = tf.cast(each, values.dtype)
        return tf.math.unsorted_segment_sum(each, anchor, tf.shape(pairs.values)[0])

    return per_anchor(values), per_anchor(values > 0), per_anchor(valid)


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
        soft=False,
        swap=False,
        name="triplet_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_positive(margin, "margin"),
            "strategy": _as_strategy(strategy),
            "distance": distances.get(distance),
            "average": check_choice(average, AVERAGES, "average"),
            "soft": check_flag(soft, "soft"),
            "swap": check_flag(swap, "swap"),
        }
        super().__init__(triplet_loss, settings, name, reduction)
