"""Histograms that have a gradient: a value is shared by the two nodes beside it."""

import tensorflow as tf


def soft_histogram(positions, mask, bins):
    """A histogram of each row, over `bins` + 1 nodes.

    A value between two nodes counts for both, the more the nearer it is; a whole number
    counts for its own node alone.

    Args:
        positions: (rows, columns), from 0 (the first node) to `bins` (the last).
        mask: (rows, columns) bool, the values that count.
        bins: whole number >= 1.

    Returns:
        (rows, bins + 1).

    Cost: O(rows · columns) time and memory, whatever the number of bins.
    """

    @tf.custom_gradient
    def histogram(positions):
        cells = tf.clip_by_value(tf.cast(positions, tf.int32), 0, bins - 1)
        share = positions - tf.cast(cells, positions.dtype)
        cells = tf.where(mask, cells, bins)  # which no bin counts
        right = _sums(cells, share, bins)
        left = _sums(cells, tf.zeros([0], positions.dtype), bins) - right
        left = tf.maximum(left, 0)  # of positions that rounding took past the last node

        def gradient(upstream):
            # Moving right gives to the right node what it takes from the left one.
            slopes = tf.pad(upstream[:, 1:] - upstream[:, :-1], [[0, 0], [0, 1]])
            return tf.gather(slopes, cells, batch_dims=1)

        return tf.pad(left, [[0, 0], [0, 1]]) + tf.pad(right, [[0, 0], [1, 0]]), gradient

    return histogram(positions)


def _sums(cells, weights, bins):
    """Sums of `weights` (none: each is one) over the cells of each row."""
    sums = tf.raw_ops.DenseBincount(
        input=cells, size=bins, weights=weights, binary_output=False
    )
    return tf.reshape(sums, [tf.shape(cells)[0], bins])
