"""Quadruplets (a, p, k, l): a positive pair against the pairs of two other classes.

Every positive pair is a threshold, every negative pair a value, and what counts is how
many thresholds are above each value. That is found among all of them; what belongs to
pairs that touch the anchor's class is then taken away, some classes at a time.
"""

from typing import NamedTuple

import tensorflow as tf

from tfmetric._core._xla import in_xla
from tfmetric.losses import _engine
from tfmetric.losses._engine import (
    by_blocks,
    even_blocks,
    row_of,
    sums_and_slopes,
    sums_in_bins,
)
from tfmetric.losses._engine_rows import every_hinge

# Blocks of rows are so much smaller than elsewhere: what works on them leaves few gaps
# that the next matrix does not fit into.
_FINER = 4


class Thresholds(NamedTuple):
    """Thresholds in descending order.

    Shapes: all (thresholds,): `values` float; `places` int32 among the positives of all
    anchors; `anchors` and `ids` int32, the row they are of, and its class.
    """

    values: tf.Tensor
    places: tf.Tensor
    anchors: tf.Tensor
    ids: tf.Tensor


def sums_of_quadruplets(ids, anchors, margin, second_margin):
    """Sums of both terms, with their gradient in the distances.

        max(0, d(a, p) + margin - d(a, n))
        max(0, d(a, p) + second_margin - d(k, l))

    Args:
        ids: (rows,) int32, classes numbered from zero, in ascending order.
        anchors: `Anchors` of a batch of these classes, of a symmetric distance.
        margin: float.
        second_margin: float.

    Returns:
        Two pairs, of the triplets and of the quadruplets of each anchor: (rows,) sums
        and (rows,) numbers of active ones. (k, l) and (l, k) are two.

    Cost: O(rows² · log rows) time and memory of the square alone, while positive pairs
    times classes are no more than the square. Can be differentiated once.
    """

    @tf.custom_gradient
    def sums_and_active(d):
        matrices = anchors._replace(d=d)
        *triplets, slopes = every_hinge(matrices, margin, _in_finer_blocks)
        # One after the other: at once, what both need on the way would exist together.
        with tf.control_dependencies([slopes]):
            matrices = anchors._replace(d=tf.identity(d))
        thresholds = _thresholds(ids, matrices, second_margin)
        above = _above_right(matrices, thresholds.values)
        number, total = _below(ids, matrices, thresholds, above)
        hinges = number * tf.cast(thresholds.values, tf.float64) - total
        below = _packed(number, thresholds, matrices)
        sums = _packed(tf.maximum(hinges, 0), thresholds, matrices)

        def gradient(upstream, _, second_upstream, __):
            pulls = anchors.positives, below * second_upstream[:, None]
            pushes = thresholds, above, second_upstream
            return _slopes(ids, (slopes, upstream), pulls, pushes)

        quadruplets = tf.reduce_sum(sums, axis=1), tf.reduce_sum(below, axis=1)
        return (*triplets, *quadruplets), gradient

    found = sums_and_active(anchors.d)
    return found[:2], found[2:]


def _in_finer_blocks(terms, anchors, depth):
    return sums_and_slopes(terms, anchors, _FINER * depth)


def _thresholds(ids, anchors, margin):
    valid = tf.reshape(anchors.valid, [-1])
    values = tf.reshape(anchors.pull() + margin, [-1])
    if in_xla():  # all places, those that do not count below every value
        values = tf.where(valid, values, values.dtype.min)
        places = tf.range(tf.size(valid))
    else:
        places = tf.cast(tf.where(valid)[:, 0], tf.int32)
    values, order = tf.math.top_k(tf.gather(values, places), tf.size(places))
    places = tf.gather(places, order)
    rows = places // tf.maximum(tf.shape(anchors.valid)[1], 1)
    return Thresholds(values, places, rows, tf.gather(ids, rows))


def _packed(values, thresholds, anchors):
    """Values of the thresholds, where the positives are: (rows, most)."""
    shape, values = tf.shape(anchors.valid), tf.cast(values, anchors.d.dtype)
    flat = _sums_in_flat_bins(thresholds.places, tf.reduce_prod(shape), values)
    return tf.where(anchors.valid, tf.reshape(flat, shape), 0)


def _above_right(anchors, thresholds):
    """How many thresholds are above each cell right of the diagonal, zero elsewhere."""
    ascending = tf.reverse(thresholds, [0])

    def search(block, _):
        row, d, negative = block
        first = 0 if in_xla() else row[0]
        d, negative = d[:, first:], negative[:, first:]
        mask = negative & (row[:, None] < first + tf.range(tf.shape(d)[1]))
        cells = tf.where(mask, d, d.dtype.max)
        below = tf.searchsorted(ascending, tf.reshape(cells, [-1]), side="right")
        above = tf.reshape(tf.size(thresholds) - below, tf.shape(d))
        return [tf.pad(above, [[0, 0], [first, 0]])], ()

    (above,), _ = by_blocks(
        search,
        [tf.range(tf.shape(anchors.d)[0]), anchors.d, anchors.negative],
        [tf.TensorSpec(anchors.d.shape[1:], tf.int32)],
        even_blocks(anchors.d, _FINER),
    )
    return above


def _mirrored(above, row):
    """Some rows of `_above_right`, with the cells left of the diagonal."""
    if in_xla():
        return tf.gather(above, row) + tf.transpose(tf.gather(above, row, axis=1))
    first, last = row[0], row[-1] + 1
    return above[first:last] + tf.transpose(above[:, first:last])


def _below(ids, anchors, thresholds, above):
    """Numbers and sums of the cells below each threshold that miss its class."""
    size = tf.size(thresholds.values) + 1

    def add(block, totals):
        row, own, d = block
        classes = _Classes(own)
        bins = classes.bins(_mirrored(above, row), size)
        inside, cells = classes.places(thresholds.ids, size)
        # No weights at all count; whole numbers do so in half the memory. Cells that are
        # no negatives are in bin 0, which no sum takes.
        weights = tf.zeros([0], tf.int32), tf.cast(d, tf.float64)
        found = []
        for total, values in zip(totals, weights, strict=True):
            table = _sums_in_flat_bins(bins, classes.count * size, values)
            below = _sums_after(tf.reshape(table, [-1, size]))
            # A pair that touches the class does so as (k, l) and as (l, k).
            taken = 2 * tf.where(inside, tf.gather(tf.reshape(below, [-1]), cells), 0)
            below = tf.reduce_sum(below, axis=0) - taken
            found.append(total + tf.cast(below, tf.float64))
        return [], found

    zeros = tf.zeros([size - 1], tf.float64)
    _, totals = by_blocks(
        add,
        [tf.range(tf.size(ids)), ids, anchors.d],
        [],
        _class_blocks(ids, size),
        [zeros, zeros],
        at_once=1,
    )
    return totals


def _slopes(ids, triplets, pulls, pushes):
    """The gradient of the distances.

    Args:
        ids: (rows,) int32.
        triplets: their slopes (rows, columns), and what to multiply these with (rows,).
        pulls: columns of the positives, and what to add there: (rows, most).
        pushes: `Thresholds`, what `_above_right` gave, and (rows,) what to take from each
            cell for every threshold above it.

    A threshold of the class of k or of l does not push. As both (k, l) and (l, k) pass
    their gradient on, those of the row's class are left out twice.
    """
    thresholds, above, upstream = pushes
    size = tf.size(thresholds.ids) + 1
    rises = tf.cast(tf.gather(upstream, thresholds.anchors), tf.float64)
    every = _sums_before(rises, upstream.dtype)

    def slopes(block, _):
        row, own, slope, rise, positives, pull = block
        classes, cells = _Classes(own), _mirrored(above, row)
        own = tf.where(classes.numbers()[:, None] == thresholds.ids, rises, 0)
        own = tf.reshape(_sums_before(own, upstream.dtype), [-1])
        own = 2 * tf.gather(own, classes.bins(cells, size))
        pull = sums_in_bins(positives, tf.shape(cells)[1], pull)
        return [slope * rise[:, None] + pull + own - tf.gather(every, cells)], ()

    (found,), _ = by_blocks(
        slopes,
        [tf.range(tf.size(ids)), ids, *triplets, *pulls],
        [row_of(upstream, above.shape[1])],
        _class_blocks(ids, size),
        at_once=1,
    )
    return found


class _Classes:
    """The classes of some rows, which hold them whole: a table has a line for each."""

    def __init__(self, ids):
        self._ids, self._first = ids, ids[0]
        self.count = 1 if in_xla() else ids[-1] - ids[0] + 1

    def numbers(self):
        return self._first + tf.range(self.count)

    def bins(self, cells, size):
        """Where the table, of lines of `size`, has the cells of each row."""
        return (self._ids - self._first)[:, None] * size + cells

    def places(self, ids, size):
        """Which of all thresholds are of these classes, and where the table has them."""
        line = ids - self._first
        inside = (line >= 0) & (line < self.count)
        return inside, tf.where(inside, line, 0) * (size - 1) + tf.range(size - 1)


def _class_blocks(ids, size):
    """Blocks of whole classes whose table stays small; single rows for XLA."""
    if in_xla():
        return tf.range(tf.size(ids) + 1)
    many = tf.maximum(_engine.CELLS // (4 * size), 1)
    count = -(-(ids[-1] + 1) // many)
    return tf.searchsorted(ids, tf.range(count + 1) * many)


def _sums_in_flat_bins(bins, size, weights):
    """Sums of the weights in each bin: (size,), without a copy of it for each thread."""
    shape = [-1] if in_xla() else [1, -1]
    bins, weights = tf.reshape(bins, shape), tf.reshape(weights, shape)
    return tf.reshape(sums_in_bins(bins, size, weights), [-1])


def _sums_after(values):
    """What follows each of the values but the last, in sum."""
    return tf.cumsum(values, axis=-1, exclusive=True, reverse=True)[..., :-1]


def _sums_before(values, dtype):
    """Sums of the first 0, 1, 2, … of the values."""
    padding = [[0, 0]] * (values.shape.rank - 1) + [[1, 0]]
    return tf.cast(tf.pad(tf.cumsum(values, axis=-1), padding), dtype)


def numbers_of_quadruplets(ids, anchors):
    """(rows,) numbers of quadruplets of each anchor, float."""
    rows = tf.cast(tf.size(ids), tf.float64)
    sizes = tf.math.unsorted_segment_sum(tf.ones_like(ids, tf.float64), ids, tf.size(ids))
    every = rows**2 - tf.reduce_sum(sizes**2)
    sizes = tf.gather(sizes, ids)
    positives = tf.reduce_sum(tf.cast(anchors.valid, tf.float64), axis=1)
    return tf.cast(positives * (every - 2 * sizes * (rows - sizes)), anchors.d.dtype)
