"""How many values lie above a threshold, by sigmoids: ranks that have a gradient."""

import tensorflow as tf

# Numbers that a block of rows may make: few enough to stay in a processor's cache.
_BLOCK = 2**17


@tf.custom_gradient
def soft_counts(values, thresholds):
    """Sums over each row of `sigmoid(value - threshold)`, for each of its thresholds.

    Args:
        values: (rows, columns); the type's lowest number, or a tenth of it, counts for
            nothing.
        thresholds: (rows, t).

    Returns:
        (rows, t).

    Cost: O(rows · columns · t) time, O(rows · (columns + t) + columns · t) memory,
    forward and backward: a few rows at a time, whose sigmoids are computed anew for the
    gradient.
    """

    def count(v, t):
        return [tf.reduce_sum(_above(v, t), axis=2)]

    def slopes(v, t, upstream):
        above = _above(v, t)
        weights = tf.broadcast_to(upstream[:, :, None], tf.shape(above))
        slopes = tf.raw_ops.SigmoidGrad(y=above, dy=weights)
        return [tf.reduce_sum(slopes, axis=1), -tf.reduce_sum(slopes, axis=2)]

    def gradient(upstream):
        return _by_rows(slopes, [values, thresholds, upstream], [values, thresholds])

    return _by_rows(count, [values, thresholds], [thresholds])[0], gradient


def without_own_place(values, mask):
    """Drops from each row of packed positives one place that holds none.

    Args:
        values: (rows, places), as `positive_values` gives them.
        mask: (rows, places) bool, which are positives; never a whole row, for no example
            is its own positive.

    Returns:
        (rows, places - 1) values and mask.
    """
    empty = tf.argmin(tf.cast(mask, tf.int32), axis=1, output_type=tf.int32)[:, None]
    place = tf.range(tf.maximum(tf.shape(mask)[1] - 1, 0))[None, :]
    place += tf.cast(place >= empty, tf.int32)
    return tf.gather(values, place, batch_dims=1), tf.gather(mask, place, batch_dims=1)


def _above(values, thresholds):
    return tf.sigmoid(values[:, None, :] - thresholds[:, :, None])


def _by_rows(function, inputs, shaped):
    """What `function` gives for blocks of rows of `inputs`, in the shapes of `shaped`."""
    values, thresholds = inputs[:2]
    rows = tf.shape(values)[0]
    made = tf.shape(values)[1] * tf.shape(thresholds)[1]
    block = tf.clip_by_value(_BLOCK // tf.maximum(made, 1), 1, tf.maximum(rows, 1))
    starts = tf.range(0, rows, block)

    def step(start):
        taken = tf.minimum(start + tf.range(block), rows - 1)
        return function(*(tf.gather(each, taken) for each in inputs))

    blocks = tf.map_fn(
        step,
        starts,
        fn_output_signature=[each.dtype for each in shaped],
        parallel_iterations=None if tf.executing_eagerly() else 2,
    )
    filled = tf.size(starts) * block
    return [
        tf.reshape(found, [filled, tf.shape(each)[1]])[:rows]
        for found, each in zip(blocks, shaped, strict=True)
    ]
