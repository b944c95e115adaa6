"""Sums over the tuples of each anchor, in memory of the pairs alone.

A loss on tuples is a sum for each anchor, and its gradient needs one number for each
pair: how much that sum rises with the distance. Anchors do not depend on each other, so
both are computed together, some anchors at a time: what is only needed on the way never
exists for all of them.
"""

from typing import NamedTuple

import tensorflow as tf

from tfmetric._core._masks import as_labels_in_graph
from tfmetric._core._pairs import class_mates
from tfmetric._core._xla import in_xla

# Numbers in the largest tensor of a block of rows: it stays in cache.
CELLS = 2**19


class Anchors(NamedTuple):
    """Anchors against examples, each anchor with its positives packed to the left.

    Shapes: `d` (rows, columns) float distances; `positives` (rows, most) int32 columns of
    `d`, and `valid` (rows, most) bool, which of them count; `negative` (rows, columns)
    bool. `most` is the largest number of positives, or more.
    """

    d: tf.Tensor
    positives: tf.Tensor
    valid: tf.Tensor
    negative: tf.Tensor

    def pull(self):
        """Distances to the positives: (rows, most)."""
        return tf.gather(self.d, self.positives, batch_dims=1)

    def push(self, fill):
        """Distances to the negatives, `fill` elsewhere: (rows, columns)."""
        return tf.where(self.negative, self.d, fill)


def anchors_of(labels, pairs, memory=None):
    """The `Anchors` of `Pairs`, which were made of `labels` and `memory`."""
    labels = as_labels_in_graph(labels)
    if in_xla():
        every = tf.range(tf.shape(pairs.values)[1]) + tf.zeros_like(pairs.values, tf.int32)
        packed = every, pairs.positive
    elif labels.shape.rank == 1:
        packed = _others(*class_mates(labels, memory))
    else:
        packed = _packed(pairs.positive)
    return Anchors(pairs.values, *packed, pairs.negative)


def _others(columns, valid):
    """Class mates without the anchor itself, which is one of them."""
    rows, most = tf.unstack(tf.shape(columns))
    itself = columns == tf.range(rows)[:, None]
    itself = tf.reduce_sum(tf.where(itself, tf.range(most), 0), axis=1, keepdims=True)
    slot = tf.range(tf.maximum(most - 1, 1))
    slot = tf.minimum(slot + tf.cast(slot >= itself, tf.int32), most - 1)
    return tf.gather(columns, slot, batch_dims=1), tf.gather(valid, slot, batch_dims=1)


def _packed(mask):
    """Columns of the true cells of each row, and which of them count."""
    row, column = tf.unstack(tf.cast(tf.where(mask), tf.int32), axis=1)
    first = tf.searchsorted(row, tf.range(tf.shape(mask)[0] + 1))
    counts = first[1:] - first[:-1]
    slots = tf.range(tf.reduce_max(tf.concat([counts, [1]], axis=0)))
    index = tf.minimum(first[:-1, None] + slots, tf.size(column))
    return tf.gather(tf.pad(column, [[0, 1]]), index), slots < counts[:, None]


def sums_of_anchors(terms, anchors, depth=1):
    """Sums over the tuples of each anchor, with their gradient in the distances.

    Args:
        terms: function of some rows of `Anchors`; returns their sums (rows,), their
            numbers of active tuples (rows,), and the slopes (rows, columns), which are
            the derivatives of the sums. All float.
        anchors: `Anchors`.
        depth: numbers for each cell of `d` that `terms` holds at once.

    Returns:
        (rows,) sums and (rows,) numbers of active tuples.

    Cost: that of `terms`, of one matrix of slopes, and of a few blocks of rows. Can be
    differentiated once.
    """

    @tf.custom_gradient
    def sums_and_active(d):
        *sums, slopes = sums_and_slopes(terms, anchors._replace(d=d), depth)
        return tuple(sums), lambda upstream, _: slopes * upstream[:, None]

    return sums_and_active(anchors.d)


def sums_and_slopes(terms, anchors, depth=1):
    """What `terms` returns, of all rows; nothing can be differentiated."""
    d = anchors.d
    found, _ = by_blocks(
        lambda block, _: (terms(Anchors(*block)), ()),
        anchors,
        [row_of(d), row_of(d), row_of(d, d.shape[1])],
        even_blocks(d, depth),
    )
    return found


def even_blocks(matrix, depth=1):
    """Where blocks of rows begin, and the last one ends; None where one block serves.

    Args:
        matrix: (rows, columns).
        depth: numbers for each of its cells that work on a block holds at once.
    """
    if in_xla():  # it makes blocks of its own
        return None
    rows, columns = tf.unstack(tf.shape(matrix))
    block = tf.maximum(tf.minimum(CELLS // tf.maximum(columns * depth, 1), rows), 1)
    count = tf.maximum(-(-rows // block), 1)
    return tf.minimum(tf.range(count + 1) * block, rows)


def by_blocks(function, matrices, outputs, starts, totals=(), at_once=2):
    """Calls `function` on blocks of rows and joins what it returns.

    Args:
        function: of a list with a block of each of `matrices`, and of the totals so far;
            returns a tuple of tensors to join and the next totals.
        matrices: of the same number of rows.
        outputs: a `tf.TensorSpec` of one row of each tensor to join.
        starts: as of `even_blocks`.
        totals: where the totals begin.
        at_once: how many blocks may be worked on at a time.

    Returns:
        The joined tensors and the last totals.
    """
    if starts is None:
        return function(matrices, totals)
    count = tf.size(starts) - 1

    def step(i, joined, totals):
        blocks = [_rows(each, starts[i], starts[i + 1]) for each in matrices]
        found, added = function(blocks, totals)
        joined = [to.write(i, part) for to, part in zip(joined, found, strict=True)]
        totals = [
            tf.ensure_shape(after, before.shape)
            for before, after in zip(totals, added, strict=True)
        ]
        return i + 1, joined, totals

    joined = [
        tf.TensorArray(
            spec.dtype, count, infer_shape=False, element_shape=[None, *spec.shape]
        )
        for spec in outputs
    ]
    _, joined, totals = tf.while_loop(
        lambda i, *_: i < count,
        step,
        (0, joined, list(totals)),
        parallel_iterations=at_once,
    )
    return [array.concat() for array in joined], totals


def _rows(matrix, start, stop):
    # XLA needs to know how many; there a block is one row.
    return matrix[start][None] if in_xla() else matrix[start:stop]


def row_of(matrix, *shape):
    """The `tf.TensorSpec` of a row of this shape and of the type of `matrix`."""
    return tf.TensorSpec(shape, matrix.dtype)


def at_positives(anchors, weights):
    """The matrix (rows, columns) with `weights` (rows, most) where the positives are."""
    weights = tf.where(anchors.valid, weights, 0)
    return sums_in_bins(anchors.positives, tf.shape(anchors.d)[1], weights)


def sums_in_bins(bins, size, weights):
    """Sums of the weights in each bin, by rows if there are: a scatter that is quick."""
    return tf.raw_ops.DenseBincount(
        input=bins, size=size, weights=weights, binary_output=False
    )


def numbers_in_bins(bins, size, dtype):
    """Numbers of entries in each bin, by rows if there are."""
    return sums_in_bins(bins, size, tf.zeros([0], dtype))


def count_active(values):
    """Numbers of values above zero in each row, of the type of the values."""
    axes = list(range(1, values.shape.rank))
    return tf.reduce_sum(tf.cast(values > 0, values.dtype), axis=axes)
