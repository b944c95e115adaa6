"""Improved deep hashing of multi-label data: similarity that comes in degrees."""

import tensorflow as tf

from tfmetric._core._checks import check_not_negative, check_positive
from tfmetric._core._masks import as_labels_in_graph
from tfmetric._core._numerics import (
    as_vectors_in_graph,
    count,
    mean_over_tuples,
    row_sums,
    safe_sqrt,
)
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._engine_rows import soft_hinge
from tfmetric.losses.hashing._codes import code_pairs
from tfmetric.losses.hashing._quantization import check_penalty, penalty_of


@registered
@compiled
def idhn_loss(
    labels,
    values,
    *,
    scale=5.0,
    soft_weight=5.0,
    penalty="l1",
    penalty_weight=0.1,
):
    """Codes as near as their labels: half of the classes in common, half as near.

        y[i,j] = cosine of the multi-hot labels of i and j
        h      = u / (1 + |u|),  s[i,j] = mean over bits k of h[i, k] h[j, k]
        loss   = mean over pairs of log(1 + exp(-scale · s))       where y = 1,
                                    log(1 + exp(scale · s))        where y = 0,
                                    soft_weight · ((s + 1)/2 - y)²  between
               + penalty_weight · mean over i of quantization_loss(h[i])

    For examples of several classes, where others count one class in common as much as
    all. Of ids and pair matrices, which know no degrees, the first two cases are left.

    Args:
        labels: (batch, classes) multi-hot, (batch,) ids, or (batch, batch) bool pairs.
        values: (batch, bits) float, code values such as a `HashHead` gives.
        scale: > 0, of the likelihood of pairs that have all classes in common, or none.
        soft_weight: >= 0, of the pairs between. The paper's γ is of products summed over
            K bits, and K squared times as much here; its authors' code has γ = 0.1 / K.
        penalty: None, or the `norm` of a `quantization_loss` of h.
        penalty_weight: >= 0.

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: a setting out of range, or shapes that do not fit.

    Cost: O(batch² · (bits + classes)) time, O(batch²) memory.

    Reference: Zhang, Zou, Lin, Chen, Wang, 2018, "Improved Deep Hashing with Soft Pairwise
    Similarity for Multi-label Image Retrieval", arXiv:1803.02987; scale and penalty are
    those of its authors' code. An example is no pair with itself; one without a class is
    like no other.

    >>> y, u = [[1, 0], [1, 1], [0, 1]], [[0.0], [0.0], [0.0]]
    >>> loss = idhn_loss(y, u, soft_weight=1.0, penalty=None)
    >>> round(float(tf.reduce_mean(loss)), 4)  # 2 of 6: log 2; 4: (1/2 - 1/√2)²
    0.2596
    """
    check_positive(scale, "scale")
    check_not_negative(soft_weight, "soft_weight")
    check_penalty(penalty, penalty_weight)
    codes = tf.math.softsign(as_vectors_in_graph(values))
    pairs = code_pairs(labels, codes, codes)
    sign = tf.where(pairs.positive, tf.constant(-scale, codes.dtype), scale)
    cells, slopes = soft_hinge(sign * pairs.values)
    slopes *= sign
    labels = as_labels_in_graph(labels)
    if labels.shape.rank == 2:
        similarity, between = _degrees(tf.cast(labels, codes.dtype))
        gap = (pairs.values + 1) / 2 - similarity
        cells = tf.where(between, soft_weight * tf.square(gap), cells)
        slopes = tf.where(between, soft_weight * gap, slopes)
    pair = pairs.positive | pairs.negative
    cells, slopes = (tf.where(pair, each, 0) for each in (cells, slopes))
    loss = mean_over_tuples(row_sums(pairs.values, cells, slopes), count(pair))
    return loss + penalty_of(codes, penalty, penalty_weight)


def _degrees(labels):
    """Cosines of multi-hot labels, and which are neither 0 nor 1."""
    shared = tf.matmul(labels, labels, transpose_b=True)
    sizes = tf.reduce_sum(labels, axis=1)
    squares = sizes[:, None] * sizes[None, :]
    # Whole numbers up to 2**24, so that equal is equal.
    between = (shared > 0) & (tf.square(shared) < squares)
    return tf.math.divide_no_nan(shared, safe_sqrt(squares)), between


@registered
class IDHNLoss(BatchLoss):
    """`idhn_loss` as a Keras loss: `loss(labels, values)`."""

    def __init__(
        self,
        scale=5.0,
        soft_weight=5.0,
        penalty="l1",
        penalty_weight=0.1,
        name="idhn_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "scale": check_positive(scale, "scale"),
            "soft_weight": check_not_negative(soft_weight, "soft_weight"),
            **check_penalty(penalty, penalty_weight),
        }
        super().__init__(idhn_loss, settings, name, reduction)
