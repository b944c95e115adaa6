"""Exact sums over cubically and more tuples, from sorted distances.

The hinges `max(0, t - v)` of one threshold against many values are
`count(v < t) · t - sum(v < t)`: a binary search and a prefix sum.
"""

import tensorflow as tf


def hinges_against_row(thresholds, values, mask):
    """Sums of `max(0, t - v)` over the masked values of the same row.

    Args:
        thresholds: (rows, t) float.
        values: (rows, v) float.
        mask: (rows, v) bool, the values that count.

    Returns:
        (rows, t) sums and (rows, t) int32 counts of values below the threshold.

    Cost: O(rows · (t + v) · log v) time, O(rows · (t + v)) memory.
    """
    highest = values.dtype.max
    ordered = tf.sort(tf.where(mask, values, highest), axis=1)
    prefix = _prefix_sums(tf.where(ordered < highest, ordered, 0))
    below = tf.searchsorted(ordered, thresholds, side="left")
    total = tf.gather(prefix, below, batch_dims=1)
    return tf.cast(below, values.dtype) * thresholds - total, below


def hinges_against_pairs(thresholds, values, mask, ids):
    """Sums of `max(0, t - v)` over the pairs (k, l) that share no class with a row.

    Args:
        thresholds: (rows, t) float; row i belongs to class `ids[i]`.
        values: (rows, rows) symmetric distances.
        mask: (rows, rows) bool, symmetric: the pairs of two different classes.
        ids: (rows,) int32, classes numbered below `rows`.

    Returns:
        (rows, t) sums, (rows, t) counts of pairs below the threshold, and (rows, 1)
        counts of all pairs; every pair counts twice, as (k, l) and (l, k).

    Cost: O(rows² log rows) time, O(rows²) memory: the sum over all pairs less twice the
    sum over the pairs that start in the row's class.
    """
    rows, cells = tf.shape(values)[0], tf.size(values)
    mask, flat = tf.reshape(mask, [-1]), tf.reshape(values, [-1])
    order = tf.argsort(tf.where(mask, flat, flat.dtype.max), stable=True)
    ordered = tf.gather(tf.where(mask, flat, flat.dtype.max), order)
    addends = tf.where(ordered < flat.dtype.max, ordered, 0)
    below = tf.searchsorted(ordered, tf.reshape(thresholds, [-1]), side="left")
    below_sum = tf.gather(_prefix_sums(addends), below)

    # The same order within each class: keys (class, rank) in one integer.
    span = tf.cast(cells, tf.int64) + 1
    rank = tf.range(span - 1)
    owner = tf.cast(tf.gather(tf.repeat(ids, rows), order), tf.int64)
    keys = owner * span + rank
    by_class = tf.argsort(keys)
    keys = tf.gather(keys, by_class)
    prefix = _prefix_sums(tf.gather(addends, by_class))
    start = tf.repeat(tf.cast(ids, tf.int64), tf.shape(thresholds)[1]) * span
    first = tf.searchsorted(keys, start)
    end = tf.searchsorted(keys, start + tf.cast(below, tf.int64))
    own_sum = tf.gather(prefix, end) - tf.gather(prefix, first)

    count = tf.reshape(below - 2 * (end - first), tf.shape(thresholds))
    total = tf.reshape(below_sum - 2 * own_sum, tf.shape(thresholds))
    pairs_of_row = tf.math.count_nonzero(tf.reshape(mask, [rows, rows]), axis=1)
    pairs_of_class = tf.gather(tf.math.unsorted_segment_sum(pairs_of_row, ids, rows), ids)
    pairs = tf.reduce_sum(pairs_of_row) - 2 * pairs_of_class
    return (
        tf.cast(count, values.dtype) * thresholds - total,
        count,
        tf.cast(pairs, tf.int32)[:, None],
    )


def _prefix_sums(values):
    """Sums of the first 0, 1, 2, … values of the last axis, carried in float64."""
    sums = tf.cumsum(tf.cast(values, tf.float64), axis=-1)
    padding = [[0, 0]] * (values.shape.rank - 1) + [[1, 0]]
    return tf.cast(tf.pad(sums, padding), values.dtype)
