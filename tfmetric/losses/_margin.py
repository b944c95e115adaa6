"""Margin loss: one boundary between positive and negative distances, fixed or learned."""

import tensorflow as tf

from tfmetric import distances
from tfmetric._core._checks import (
    check_choice,
    check_count,
    check_not_negative,
    check_number,
    check_positive,
)
from tfmetric._core._global_batch import global_rows
from tfmetric._core._masks import label_ids
from tfmetric._core._numerics import (
    AVERAGES,
    as_vectors_in_graph,
    average_tuples,
    count,
    nan_if_any,
    row_sums,
)
from tfmetric._core._pairs import distance_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._mining import mined, pair_miner
from tfmetric.losses._positives import positive_values


@registered
@compiled
def margin_loss(
    labels,
    embeddings,
    *,
    margin=0.2,
    boundary=1.2,
    distance="euclidean",
    average="active",
    miner=None,
    memory=None,
):
    """Margin loss of all pairs in a labelled batch.

        loss = mean over positive pairs of max(0, d - boundary + margin)
               and negative pairs of max(0, boundary - d + margin), together

    Compares every distance with one boundary instead of with another distance. Positives
    may stay as far apart as the boundary allows, so classes are not squeezed to points.
    Negatives outnumber positives, unless a miner chooses the pairs.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float; unit vectors unless `boundary` is chosen anew.
        margin: > 0, in units of `distance`.
        boundary: in units of `distance`; `LearnedMarginLoss` learns it.
        distance: name or `Distance`.
        average: over the "active" pairs, those above zero, over "all", or over "anchors",
            the mean of each anchor's mean.
        miner: None, or the `PairMiner` (or its name) that chooses the pairs.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: a setting out of range, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: Wu, Manmatha, Smola, Krähenbühl, 2017, "Sampling Matters in Deep Embedding
    Learning", arXiv:1706.07567. The mean over active pairs is that of
    pytorch-metric-learning, which counts a pair once for each triplet it is in.

    >>> loss = margin_loss([0, 0, 1], [[0.0], [1.5], [2.0]])
    >>> round(float(tf.reduce_mean(loss)), 6)  # twice 0.5 and twice 0.9, of four active
    0.7
    """
    check_positive(margin, "margin")
    check_number(boundary, "boundary")
    check_choice(average, AVERAGES, "average")
    d = distances.get(distance)
    pairs = mined(distance_pairs(labels, embeddings, d, memory), miner)
    rows = _hinges(labels, pairs, boundary, margin, average, miner, memory)
    return rows + nan_if_any(embeddings)


@registered
@compiled
def learned_margin_loss(
    labels,
    embeddings,
    *,
    margin=0.2,
    num_classes=None,
    regularization=0.0,
    distance="euclidean",
    average="active",
    miner=None,
    memory=None,
):
    """Margin loss whose boundary comes with the embeddings, from a `MarginBoundary` layer.

        loss = margin_loss with a boundary for each anchor
             + regularization · mean over a of boundary[a]

    Give the layer and the loss the same `num_classes`: None for one boundary, else one
    for each class, which fits classes that spread differently.

    Args:
        labels: (batch,) ids, or any form `margin_loss` takes; with `num_classes` the
            class numbers 0 … num_classes - 1.
        embeddings: (batch, dim + 1) or (batch, dim + num_classes) float: unit vectors,
            then the boundaries.
        margin: > 0, in units of `distance`.
        num_classes: None, or the number of classes that have a boundary of their own.
        regularization: >= 0; draws boundaries towards zero, so that fewer negatives and
            more positives are active.
        distance: name or `Distance`.
        average: as in `margin_loss`.
        miner: None, or the `PairMiner` (or its name) that chooses the pairs.
        memory: None, or a `Memory` of outputs of the layer to compare with.

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: a setting out of range, or shapes that do not fit.
        InvalidArgumentError: a class number out of range.

    Cost: O(batch² · dim + batch · num_classes) time, O(batch²) memory.

    Reference: Wu, Manmatha, Smola, Krähenbühl, 2017, arXiv:1706.07567, where a boundary
    is the sum of one for all, one for the class and one for the image.

    >>> outputs = [[0.0, 1.2], [1.5, 1.2], [2.0, 1.2]]  # a point, then the boundary
    >>> loss = learned_margin_loss([0, 0, 1], outputs, regularization=0.5)
    >>> round(float(tf.reduce_mean(loss)), 6)  # 0.7 + 0.5 * 1.2
    1.3
    """
    check_positive(margin, "margin")
    check_not_negative(regularization, "regularization")
    check_choice(average, AVERAGES, "average")
    columns = 1 if num_classes is None else check_count(num_classes, "num_classes")
    points, boundaries = _split(as_vectors_in_graph(embeddings), columns)
    if num_classes is not None:
        own = tf.cast(_class_numbers(labels, num_classes), tf.int32)[:, None]
        boundaries = tf.gather(boundaries, own, batch_dims=1)
    if memory is not None:
        memory = memory._replace(embeddings=_split(memory.embeddings, columns)[0])
    d = distances.get(distance)
    pairs = mined(distance_pairs(labels, points, d, memory), miner)
    rows = _hinges(labels, pairs, boundaries, margin, average, miner, memory)
    return rows + regularization * boundaries[:, 0] + nan_if_any(embeddings)


def _hinges(labels, pairs, boundary, margin, average, miner, memory):
    pairs, pull, positive = positive_values(labels, pairs, miner, memory)
    pull = tf.where(positive, tf.maximum(pull - boundary + margin, 0), 0)
    room = boundary + margin - pairs.values
    push = tf.where(pairs.negative, tf.maximum(room, 0), 0)
    near = push > 0
    sums = tf.reduce_sum(pull, axis=1) + row_sums(room, push, tf.cast(near, push.dtype))
    active = count(pull > 0) + count(near)
    return average_tuples(sums, active, count(positive) + count(pairs.negative), average)


def _split(outputs, columns):
    """Embeddings, and the boundaries behind them."""
    width = outputs.shape[1]
    if width is not None and width < columns:
        raise ValueError(
            f"Expected embeddings with {columns} boundaries behind them, as a "
            f"MarginBoundary layer gives. Received: shape={outputs.shape}"
        )
    return outputs[:, :-columns], outputs[:, -columns:]


def _class_numbers(labels, num_classes):
    numbers = label_ids(labels)
    message = f"Expected labels to be class numbers 0 … {num_classes - 1}"
    tf.debugging.assert_non_negative(numbers, message)
    tf.debugging.assert_less(numbers, tf.cast(num_classes, numbers.dtype), message)
    return numbers


@registered
class MarginLoss(BatchLoss):
    """`margin_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        margin=0.2,
        boundary=1.2,
        distance="euclidean",
        average="active",
        miner=None,
        name="margin_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_positive(margin, "margin"),
            "boundary": check_number(boundary, "boundary"),
            "distance": distances.get(distance),
            "average": check_choice(average, AVERAGES, "average"),
            "miner": pair_miner(miner),
        }
        super().__init__(margin_loss, settings, name, reduction)


@registered
class LearnedMarginLoss(BatchLoss):
    """`learned_margin_loss` as a Keras loss: `loss(labels, outputs)`."""

    def __init__(
        self,
        margin=0.2,
        num_classes=None,
        regularization=0.0,
        distance="euclidean",
        average="active",
        miner=None,
        name="learned_margin_loss",
        reduction="sum_over_batch_size",
    ):
        if num_classes is not None:
            num_classes = check_count(num_classes, "num_classes")
        settings = {
            "margin": check_positive(margin, "margin"),
            "num_classes": num_classes,
            "regularization": check_not_negative(regularization, "regularization"),
            "distance": distances.get(distance),
            "average": check_choice(average, AVERAGES, "average"),
            "miner": pair_miner(miner),
        }
        super().__init__(learned_margin_loss, settings, name, reduction)

    def _global_labels(self, labels):
        if self._settings["num_classes"] is None:
            return super()._global_labels(labels)
        # Class numbers say which boundary is whose, so they are not renumbered.
        return _class_numbers(global_rows(labels), self._settings["num_classes"])
