"""Surrogate precision: each example's positives among its k nearest neighbours."""

import tensorflow as tf

from tfmetric import distances
from tfmetric._core._checks import check_count, check_positive
from tfmetric._core._numerics import count, mean_over_tuples, nan_if_any
from tfmetric._core._pairs import distance_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._positives import positive_values
from tfmetric.losses._soft_counts import soft_counts, without_own_place


@registered
@compiled
def surrogate_precision_loss(
    labels,
    embeddings,
    *,
    k=5,
    temperature=1.0,
    rank_temperature=0.01,
    distance="euclidean",
    memory=None,
):
    """One minus the precision at k, with sigmoids for both of its steps.

        before[a, p] = sum over others j of sigmoid((d[a, p] - d[a, j]) / rank_temperature)
        loss = 1 - mean over a of sum over p of
               sigmoid((k - 1/2 - before[a, p]) / temperature) / min(k, positives of a)

    Optimises what a search shows on its first page, and nothing behind it.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float; unit vectors, or choose `rank_temperature` anew.
        k: how many neighbours of an anchor count, >= 1.
        temperature: > 0, in places of the ranking, of the step behind place k.
        rank_temperature: > 0, in units of `distance`, of the steps of a rank.
        distance: name or `Distance`.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss: the mean over the anchors
        that have a positive. An anchor with more than k positives can fall below zero,
        for those behind place k still count a little.

    Raises:
        ValueError: a setting out of range, or shapes that do not fit.

    Cost: O(batch² · (dim + largest class)) time, O(batch²) memory; with labels that are
    no ids, or under XLA, O(batch³) time.

    Reference: Patel, Tolias, Matas, 2022, "Recall@k Surrogate Loss with Large Batches and
    Similarity Mixup", arXiv:2108.11179; min(k, ...) and the one half are those of Open
    Metric Learning, where the anchor counts as a neighbour of its own and here does not.

    >>> loss = surrogate_precision_loss([0, 0, 1], [[0.0], [2.0], [1.0]], k=1)
    >>> round(float(tf.reduce_mean(loss)), 6)  # second of all: 1 - sigmoid(-1 / 2)
    0.622459
    """
    check_count(k, "k")
    check_positive(temperature, "temperature")
    check_positive(rank_temperature, "rank_temperature")
    pairs = distance_pairs(labels, embeddings, distances.get(distance), memory)
    pairs = pairs._replace(values=pairs.values * (-1 / rank_temperature))
    pairs, *packed = positive_values(labels, pairs, memory=memory)
    nearness, positive = without_own_place(*packed)
    lowest = nearness.dtype.min / 10
    others = tf.where(pairs.positive | pairs.negative, pairs.values, lowest)
    before = soft_counts(others, nearness) - 0.5  # each is half before itself
    hits = tf.where(positive, tf.sigmoid((k - 0.5 - before) / temperature), 0)
    positives = count(positive)
    most = tf.cast(tf.clip_by_value(positives, 1, k), hits.dtype)
    rows = 1 - tf.reduce_sum(hits, axis=1) / most
    anchors = positives > 0
    return mean_over_tuples(tf.where(anchors, rows, 0), anchors) + nan_if_any(embeddings)


@registered
class SurrogatePrecisionLoss(BatchLoss):
    """`surrogate_precision_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        k=5,
        temperature=1.0,
        rank_temperature=0.01,
        distance="euclidean",
        name="surrogate_precision_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "k": check_count(k, "k"),
            "temperature": check_positive(temperature, "temperature"),
            "rank_temperature": check_positive(rank_temperature, "rank_temperature"),
            "distance": distances.get(distance),
        }
        super().__init__(surrogate_precision_loss, settings, name, reduction)
