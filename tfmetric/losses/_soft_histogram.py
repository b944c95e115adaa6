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
        cells = tf.where(mask, cells, bins)  # which no bin counts
        counts, right = _counts_and_shares(cells, positions, bins)
        left = tf.maximum(counts - right, 0)  # of positions past the last node by rounding

        def gradient(upstream):
            # Moving right gives to the right node what it takes from the left one.
            slopes = tf.pad(upstream[:, 1:] - upstream[:, :-1], [[0, 0], [0, 1]])
            first = tf.range(tf.shape(cells)[0])[:, None] * (bins + 1)
            return tf.gather(tf.reshape(slopes, [-1]), cells + first)

        return tf.pad(left, [[0, 0], [0, 1]]) + tf.pad(right, [[0, 0], [1, 0]]), gradient

    return histogram(positions)


def _counts_and_shares(cells, positions, bins):
    """For each bin of each row, how many positions it has, and how far they reach into it.

    Both (rows, bins), from one pass over the cells, which is what a histogram costs.
    """
    # Added to each position, more than all of them sum to keeps the two apart.
    one = tf.cast(4 * bins * tf.shape(cells)[1], tf.float64)
    sums = tf.raw_ops.DenseBincount(
        input=cells,
        size=bins,
        weights=tf.cast(positions, tf.float64) + one,
        binary_output=False,
    )
    sums = tf.reshape(sums, [tf.shape(cells)[0], bins])
    counts = tf.round(sums / one)
    shares = sums - counts * (one + tf.range(bins, dtype=tf.float64))
    return tf.cast(counts, positions.dtype), tf.cast(shares, positions.dtype)
