"""Angular loss: the angle at a negative, seen from a positive pair, is bounded."""

from math import radians, tan

import tensorflow as tf

from tfmetric._core._checks import check_choice, check_positive
from tfmetric._core._masks import as_labels_in_graph, check_one_label_each
from tfmetric._core._numerics import (
    AVERAGES,
    as_vectors_in_graph,
    average_tuples,
    count,
    nan_if_any,
)
from tfmetric._core._pairs import cosine_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._mates import and_in_columns, are_packed, positive_columns

# Up to here no sum of the exponentials leaves the range of float32, either way.
_WIDEST = 66


@registered
@compiled
def angular_loss(labels, embeddings, *, angle=40.0, average="all"):
    """Angular loss of a labelled batch, on unit vectors, over all positive pairs.

        loss = mean over (a, p) of log(1 + sum over n of
               exp(4 tan²(angle) (a + p)·n - 2 (1 + tan²(angle)) a·p))

    Bounds the angle at the negative of each triangle (a, p, n). An angle does not change
    with scale, so one setting suits classes that spread differently.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs; n
            is a negative of both a and p.
        embeddings: (batch, dim) float; their length plays no part.
        angle: the bound in degrees, above 0 and below 66. A triangle whose a and p are
            nearest each other has no more than 60 at n, so less is of use; 40 is the
            default of pytorch-metric-learning.
        average: over "all" positive pairs, over the "active" ones, or over "anchors", the
            mean of each anchor's mean.

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: `angle` out of range, or shapes that do not fit.

    Cost: O(batch² · (dim + largest class)) time, as matrix products, and O(batch²)
    memory; with labels that are no ids, or under XLA, O(batch³) time.

    Reference: Wang, Zhou, Wen, Liu, Lin, 2017, "Deep Metric Learning with Angular Loss",
    arXiv:1708.01682, the batch form with as many positives as the labels give. All are
    unit vectors here; pytorch-metric-learning leaves the negatives as they come.

    >>> loss = angular_loss([0, 0, 1], [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], angle=45)
    >>> round(float(tf.reduce_mean(loss)), 6)  # log(1 + exp(4 · 0 - 2 · 2 · 1))
    0.01815
    """
    check_choice(average, AVERAGES, "average")
    tangent = tan(radians(_check_angle(angle))) ** 2
    labels, x = as_labels_in_graph(labels), as_vectors_in_graph(embeddings)
    check_one_label_each(labels, x)
    order = tf.argsort(labels) if are_packed(labels) else None
    if order is not None:
        labels, x = tf.gather(labels, order), _reordered(x, order)
    pairs = cosine_pairs(labels, x, scale=4 * tangent)
    columns, positive = positive_columns(labels, pairs.positive)
    # The sum over n has two factors for each n: it is a matrix product.
    values, pulls = and_in_columns(labels, pairs.values, columns)
    pushes = _products_of_mates(_powers(values, pairs.negative), columns)
    pulls = tf.exp(pulls * (-(1 + tangent) / (2 * tangent)))
    terms = tf.where(positive, tf.math.log1p(pushes * pulls), 0)
    sums = tf.reduce_sum(terms, axis=1)
    rows = average_tuples(sums, count(terms > 0), count(positive), average)
    if order is not None:
        rows = tf.gather(rows, tf.argsort(order))
    return rows + nan_if_any(x)


def _check_angle(angle):
    if check_positive(angle, "angle") >= _WIDEST:
        raise ValueError(f"Expected angle < {_WIDEST} degrees. Received: {angle}")
    return float(angle)


@tf.custom_gradient
def _reordered(rows, order):
    # As a gather, whose gradient would be sparse.
    return tf.gather(rows, order), lambda g: (tf.gather(g, tf.argsort(order)), None)


def _powers(values, mask):
    """Exponentials of the masked values; zero, as is their gradient, elsewhere."""

    @tf.custom_gradient
    def powers(values):
        powers = tf.exp(tf.where(mask, values, values.dtype.min))
        return powers, lambda upstream: upstream * powers

    return powers(values)


def _products_of_mates(rows, columns):
    """Inner products of each row with those in its `columns`, none further away than they
    are many: blocks of so many rows meet themselves and their neighbours.
    """
    count, width = tf.shape(rows)[0], tf.shape(rows)[1]
    block = tf.maximum(tf.shape(columns)[1], 1)
    number = tf.maximum(-(-count // block), 1)
    filled = tf.pad(rows, [[0, number * block - count], [0, 0]])
    blocks = tf.reshape(filled, [number, block, width])
    own, across = _products_of_blocks(blocks)
    before = tf.pad(tf.linalg.matrix_transpose(across), [[1, 0], [0, 0], [0, 0]])
    after = tf.pad(across, [[0, 1], [0, 0], [0, 0]])
    band = tf.reshape(tf.concat([before, own, after], axis=2), [-1, 3 * block])
    first = (tf.range(count) // block - 1) * block
    return tf.gather(band[:count], columns - first[:, None], batch_dims=1)


@tf.custom_gradient
def _products_of_blocks(blocks):
    """Inner products within each block, and of each block with the next one."""
    earlier, later = blocks[:-1], blocks[1:]
    own = tf.matmul(blocks, blocks, transpose_b=True)
    across = tf.matmul(earlier, later, transpose_b=True)

    def gradient(of_own, of_across):
        both = of_own + tf.linalg.matrix_transpose(of_own)
        ahead = tf.matmul(
            tf.pad(of_across, [[0, 1], [0, 0], [0, 0]]), tf.roll(blocks, -1, 0)
        )
        of_across = tf.pad(of_across, [[1, 0], [0, 0], [0, 0]])
        behind = tf.matmul(of_across, tf.roll(blocks, 1, 0), transpose_a=True)
        return tf.add_n([tf.matmul(both, blocks), ahead, behind])

    return (own, across), gradient


@registered
class AngularLoss(BatchLoss):
    """`angular_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        angle=40.0,
        average="all",
        name="angular_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "angle": _check_angle(angle),
            "average": check_choice(average, AVERAGES, "average"),
        }
        super().__init__(angular_loss, settings, name, reduction)
