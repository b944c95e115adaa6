"""Triplet losses: semi-hard and batch-hard."""

import tensorflow as tf

from tfmetric._core._masks import label_ids, pair_masks
from tfmetric._core._numerics import mean_over_tuples, nan_if_any
from tfmetric.addons.losses._base import (
    as_margin,
    as_metric,
    as_reduction,
    check_savable,
    distance_matrix,
    mean_of_rows,
    registered,
)
from tfmetric.losses._base import BatchLoss, compiled


def triplet_semihard_rows(y_true, y_pred, margin, distance_metric):
    """Values per anchor whose mean is `triplet_semihard_loss`."""
    d = distance_matrix(y_pred, distance_metric)
    positive, negative = pair_masks(label_ids(y_true), d)
    nearest, found = _nearest_beyond(d, negative)
    away = tf.where(found, nearest, _furthest(d, negative))
    hinges = tf.where(positive, tf.maximum(margin + d - away, 0), 0)
    counts = tf.math.count_nonzero(positive, axis=1)
    return mean_over_tuples(tf.reduce_sum(hinges, axis=1), counts) + nan_if_any(d)


def triplet_hard_rows(y_true, y_pred, margin, soft, distance_metric):
    """Values per anchor whose mean is `triplet_hard_loss`."""
    d = distance_matrix(y_pred, distance_metric)
    positive, negative = pair_masks(label_ids(y_true), d)
    gap = (_furthest(d, positive) - _nearest(d, negative))[:, 0]
    rows = tf.nn.softplus(gap) if soft else tf.maximum(gap + margin, 0)
    return rows + nan_if_any(d)


def _furthest(d, mask):
    """(batch, 1), the largest masked cell of each row; its smallest cell without any."""
    least = tf.reduce_min(d, axis=1, keepdims=True)
    return tf.reduce_max(tf.where(mask, d, least), axis=1, keepdims=True)


def _nearest(d, mask):
    """(batch, 1), the smallest masked cell of each row; its largest cell without any."""
    most = tf.reduce_max(d, axis=1, keepdims=True)
    return tf.reduce_min(tf.where(mask, d, most), axis=1, keepdims=True)


def _nearest_beyond(d, negative):
    """For every cell the smallest negative of its row that is greater, and if it exists."""
    ordered = tf.sort(tf.where(negative, d, d.dtype.max), axis=1)
    beyond = tf.searchsorted(ordered, d, side="right")
    count = tf.math.count_nonzero(negative, axis=1, keepdims=True, dtype=tf.int32)

    @tf.custom_gradient
    def nearest(d):
        def gradient(upstream):
            start = tf.searchsorted(ordered, d, side="left")
            asked = tf.gather(_sum_by_place(upstream, beyond), start, batch_dims=1)
            return asked * _shares(d, negative, beyond - start)

        last = tf.shape(ordered)[1] - 1
        return tf.gather(ordered, tf.minimum(beyond, last), batch_dims=1), gradient

    return nearest(d), beyond < count


def _shares(d, negative, equal):
    """What each cell gets of the gradient of a minimum that is as large as the cell.

    Equal negatives share it. The original minimises over whole rows with the row's
    largest cell in place of all that do not count. Where that is the minimum, they have
    a share too, which goes to every cell as large.
    """
    negative, equal = tf.cast(negative, d.dtype), tf.cast(equal, d.dtype)
    largest = d >= tf.reduce_max(d, axis=1, keepdims=True)
    as_large = tf.math.count_nonzero(largest, axis=1, keepdims=True, dtype=d.dtype)
    columns = tf.cast(tf.shape(d)[1], d.dtype)
    return tf.where(
        largest,
        negative / columns + (1 - equal / columns) / as_large,
        negative / tf.maximum(equal, 1),
    )


def _sum_by_place(values, place):
    """(rows, columns + 1) sums of the values of a row that have the same place."""
    rows, columns = tf.unstack(tf.shape(values))
    segment = tf.range(rows)[:, None] * (columns + 1) + place
    sums = tf.math.unsorted_segment_sum(values, segment, rows * (columns + 1))
    return tf.reshape(sums, [rows, columns + 1])


@registered
@compiled
def triplet_semihard_loss(y_true, y_pred, margin=1.0, distance_metric="L2"):
    """Triplet loss with semi-hard negatives.

        n*(a, p) = the smallest d[a, n] > d[a, p], or else the largest d[a, n]
        loss     = mean over positive pairs (a, p) of max(0, margin + d[a, p] - n*(a, p))

    Args:
        y_true: (batch,) class ids.
        y_pred: (batch, dim) float, of unit length.
        margin: a number, in units of the distance.
        distance_metric: "L2", "squared-L2", "angular" (1 - cos), or a function from
            embeddings to their (batch, batch) distances.

    Returns:
        A number, of the type of `y_pred`; zero where the original has NaN: no positive
        pair. In a batch of one class an anchor's own distance, 0, stands for `n*`.

    Raises:
        ValueError: an unknown metric, or shapes that do not fit.

    Cost: O(batch² · (dim + log batch)) time, O(batch²) memory; the original takes batch³.

    >>> loss = triplet_semihard_loss([0, 0, 1], [[0.0], [1.0], [1.5]])
    >>> float(loss)  # (0, 1, 2): 1 + 1 - 1.5; (1, 0, 2), none beyond: 1 + 1 - 0.5
    1.0
    """
    rows = triplet_semihard_rows(y_true, y_pred, margin, distance_metric)
    return mean_of_rows(rows, y_pred)


@registered
@compiled
def triplet_hard_loss(y_true, y_pred, margin=1.0, soft=False, distance_metric="L2"):
    """Triplet loss with the furthest positive and the nearest negative of each anchor.

        gap[a] = max over p of d[a, p] - min over n of d[a, n]
        loss   = mean over all a of max(0, gap[a] + margin), or log(1 + exp(gap[a]))

    Args:
        y_true: (batch,) class ids.
        y_pred: (batch, dim) float, of unit length.
        margin: a number, in units of the distance.
        soft: whether to take the logarithm, which has no margin.
        distance_metric: as in `triplet_semihard_loss`.

    Returns:
        A number, of the type of `y_pred`. An anchor without a positive counts with the
        smallest distance of its row, 0; one without a negative with the largest.

    Raises:
        ValueError: an unknown metric, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    >>> loss = triplet_hard_loss([0, 0, 1], [[0.0], [1.0], [1.5]])
    >>> round(float(loss), 6)  # the mean of 1 - 1.5 + 1, 1 - 0.5 + 1 and 0 - 0.5 + 1
    0.833333
    """
    rows = triplet_hard_rows(y_true, y_pred, margin, soft, distance_metric)
    return mean_of_rows(rows, y_pred)


class _MetricLoss(BatchLoss):
    zero_of_none = True

    def get_config(self):
        check_savable(self._settings["distance_metric"])
        return super().get_config()


@registered
class TripletSemiHardLoss(_MetricLoss):
    """`triplet_semihard_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        margin=1.0,
        distance_metric="L2",
        name=None,
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": as_margin(margin),
            "distance_metric": as_metric(distance_metric),
        }
        super().__init__(_compiled_semihard, settings, name, as_reduction(reduction))


@registered
class TripletHardLoss(_MetricLoss):
    """`triplet_hard_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        margin=1.0,
        soft=False,
        distance_metric="L2",
        name=None,
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": as_margin(margin),
            "soft": bool(soft),
            "distance_metric": as_metric(distance_metric),
        }
        super().__init__(_compiled_hard, settings, name, as_reduction(reduction))


_compiled_semihard = compiled(triplet_semihard_rows)
_compiled_hard = compiled(triplet_hard_rows)
