"""Sums over the triplets of each anchor, by which of them count.

All return (rows,) sums and (rows,) numbers of active triplets, as `sums_of_anchors`. A
gap is d(a, p) - d(a, n); a loss of gaps returns its values and their derivatives. Where
only the nearest or furthest of some distances counts, those that tie share its slope.
"""

import tensorflow as tf

from tfmetric._core._xla import in_xla
from tfmetric.losses._engine import (
    at_positives,
    count_active,
    numbers_in_bins,
    sums_in_bins,
    sums_of_anchors,
)

# Up to so many positives, a pass over the row for each is quicker than ordering them.
FEW = 24


def hinge(margin):
    """`max(0, gap + margin)` and its derivative."""

    def loss(gap):
        excess = gap + margin
        return tf.maximum(excess, 0), tf.cast(excess > 0, gap.dtype)

    return loss


def soft_hinge(gap):
    """`log(1 + exp(gap))` and its derivative."""
    power = tf.exp(tf.minimum(gap, 80))  # from there on it is the gap itself
    return tf.maximum(gap, tf.math.log1p(power)), power / (1 + power)


def _masked(loss, gap, mask):
    """The loss of the gaps that count, zero elsewhere."""
    values, slopes = loss(tf.where(mask, gap, 0))
    return tf.where(mask, values, 0), tf.where(mask, slopes, 0)


def every_hinge(anchors, margin, of_terms=sums_of_anchors):
    """All triplets under `hinge(margin)`, none of them listed.

    `of_terms` is `sums_of_anchors`, or `sums_and_slopes` to have the slopes as well.

    Cost of an anchor: O(columns) for each of few positives, O(columns · log positives)
    for any number.
    """

    def terms(block):
        thresholds = tf.where(block.valid, block.pull() + margin, block.d.dtype.min)
        values = block.push(block.d.dtype.max)
        above, below = _by_number(
            block,
            lambda: _counts(thresholds, values),
            lambda: _counts_in_order(thresholds, values),
        )
        # From the highest threshold down, so that large distances cost no precision.
        top = tf.reduce_max(thresholds, axis=1, keepdims=True)
        sums = tf.reduce_sum(above * (top - block.d), axis=1)
        sums -= tf.reduce_sum(tf.math.multiply_no_nan(top - thresholds, below), axis=1)
        slopes = at_positives(block, below) - above
        return sums, tf.reduce_sum(below, axis=1), slopes

    return of_terms(terms, anchors, _depth(anchors))


def _counts(thresholds, values):
    """Numbers of thresholds above each value, and of values below each threshold."""
    active = tf.cast(values[:, None, :] < thresholds[:, :, None], values.dtype)
    return tf.reduce_sum(active, axis=1), tf.reduce_sum(active, axis=2)


def _counts_in_order(thresholds, values):
    """The same, with the thresholds in order."""
    ordered, order = _ascending(thresholds)
    most = tf.shape(thresholds)[1]
    passed = tf.searchsorted(ordered, values, side="right")
    # A value that has passed so many thresholds is below the ones that follow.
    histogram = numbers_in_bins(passed, most + 1, values.dtype)
    below = tf.cumsum(histogram, axis=1)[:, :-1]
    return tf.cast(most - passed, values.dtype), _in_first_order(below, order)


def every(anchors, loss):
    """All triplets under any loss, each computed.

    Cost of an anchor: O(columns) for each positive.
    """

    def terms(block):
        mask = block.valid[:, :, None] & block.negative[:, None, :]
        gaps = block.pull()[:, :, None] - block.d[:, None, :]
        values, rises = _masked(loss, gaps, mask)
        slopes = at_positives(block, tf.reduce_sum(rises, axis=2))
        slopes -= tf.reduce_sum(rises, axis=1)
        return tf.reduce_sum(values, axis=[1, 2]), count_active(values), slopes

    return sums_of_anchors(terms, anchors, depth=tf.shape(anchors.valid)[1])


def extremes(anchors, loss, furthest):
    """One triplet: the nearest negative, and the furthest, or the nearest, positive.

    Cost of an anchor: O(columns).
    """

    def terms(block):
        lowest, highest = block.d.dtype.min, block.d.dtype.max
        if furthest:
            pulls = tf.where(block.valid, block.pull(), lowest)
            pull = tf.reduce_max(pulls, axis=1, keepdims=True)
        else:
            pulls = tf.where(block.valid, block.pull(), highest)
            pull = tf.reduce_min(pulls, axis=1, keepdims=True)
        pushes = block.push(highest)
        push = tf.reduce_min(pushes, axis=1, keepdims=True)
        mask = tf.reduce_any(block.valid, axis=1, keepdims=True) & (push < highest)
        values, rise = _masked(loss, pull - push, mask)
        slopes = at_positives(block, _share(pulls == pull, rise))
        slopes -= _share(pushes == push, rise)
        return values[:, 0], count_active(values), slopes

    return sums_of_anchors(terms, anchors)


def _share(ties, slope):
    """The slope of a row, shared evenly among its cells that tie."""
    ties = tf.cast(ties, slope.dtype)
    return ties * (slope / tf.reduce_sum(ties, axis=1, keepdims=True))


def semi_hard(anchors, loss):
    """Each positive against the nearest negative beyond it, else the furthest.

    Cost of an anchor: O(columns) for each of few positives, O(columns · log columns) for
    any number.
    """

    def terms(block):
        lowest, highest = block.d.dtype.min, block.d.dtype.max
        pull = block.pull()
        values = block.push(highest)
        furthest = tf.reduce_max(block.push(lowest), axis=1, keepdims=True)
        mask = block.valid & (furthest > lowest)

        def few():
            push = nearest_beyond(pull, values[:, None, :], furthest)
            losses, rises = _masked(loss, pull - push, mask)
            ties = tf.cast(values[:, None, :] == push[:, :, None], values.dtype)
            share = tf.math.divide_no_nan(rises, tf.reduce_sum(ties, axis=2))
            return losses, rises, tf.reduce_sum(ties * share[:, :, None], axis=1)

        def many():
            ordered, order = _ascending(values)
            beyond = tf.searchsorted(ordered, pull, side="right")
            last = tf.searchsorted(ordered, furthest, side="left")
            first = tf.minimum(beyond, last)
            push = tf.gather(ordered, first, batch_dims=1)
            end = tf.searchsorted(ordered, push, side="right")
            losses, rises = _masked(loss, pull - push, mask)
            share = rises / tf.cast(end - first, rises.dtype)
            return (
                losses,
                rises,
                _in_first_order(_in_ranges(first, end, share, values), order),
            )

        losses, rises, drops = _by_number(block, few, many)
        slopes = at_positives(block, rises) - drops
        return tf.reduce_sum(losses, axis=1), count_active(losses), slopes

    return sums_of_anchors(terms, anchors, _depth(anchors))


def nearest_beyond(pull, cells, furthest):
    """The least cell beyond each pull, else `furthest`.

    Args:
        pull: (rows, most) float.
        cells: (rows, 1 or most, columns) float, the highest number where none is.
        furthest: (rows, 1 or most) float.
    """
    highest = cells.dtype.max
    push = tf.reduce_min(tf.where(cells > pull[:, :, None], cells, highest), axis=2)
    return tf.where(push < highest, push, furthest)


def _in_ranges(first, end, values, like):
    """Adds each value to the cells from `first` to before `end`, in a matrix as `like`."""
    size = tf.shape(like)[1] + 1
    values = tf.cast(values, tf.float64)  # what is added is taken away again
    starts = sums_in_bins(first, size, values)
    ends = sums_in_bins(end, size, values)
    return tf.cast(tf.cumsum(starts - ends, axis=1)[:, :-1], like.dtype)


def _by_number(anchors, few, many):
    """What one of two functions gives for few, or for many, positives."""
    if in_xla():
        return few()
    return tf.cond(tf.shape(anchors.valid)[1] <= FEW, few, many)


def _depth(anchors):
    """Numbers for each cell that work on few, or on many, positives holds at once."""
    most = tf.shape(anchors.valid)[1]
    return tf.where(most <= FEW, most, 1)


def _ascending(values):
    """The values of each row in order, and where they were."""
    falling, order = tf.math.top_k(-values, tf.shape(values)[1])
    return -falling, order


def _in_first_order(values, order):
    """The values of each row back where those of `_ascending` were."""
    return sums_in_bins(order, tf.shape(values)[1], values)
