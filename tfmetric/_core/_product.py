"""Matrix products between two sets, and gradients that run along memory."""

import tensorflow as tf


@tf.custom_gradient
def product(a, b):
    """Inner products of all rows: (n, dim) and (m, dim) give (n, m)."""

    def gradient(g):
        return tf.matmul(g, b), _transposed_matmul(g, a)

    return tf.matmul(a, b, transpose_b=True), gradient


def with_ones(vectors):
    """Adds a last column of ones."""
    return tf.pad(vectors, [[0, 0], [0, 1]], constant_values=1)


def pulls(g, a, b):
    """Weighted differences between two sets, summed over the other one.

    Returns:
        (n, dim) `sum_j g[i, j] (a[i] - b[j])`, and (m, dim) `sum_i g[i, j] (b[j] - a[i])`.
    """
    return (
        _differences(a, tf.matmul(g, with_ones(b))),
        _differences(b, _transposed_matmul(g, with_ones(a))),
    )


def _differences(vectors, sums):
    # The last column holds the sum of the weights.
    return sums[:, -1:] * vectors - sums[:, :-1]


def _transposed_matmul(g, vectors):
    # Equals matmul(g, vectors, transpose_a=True), which reads g against its rows.
    return tf.transpose(tf.matmul(vectors, g, transpose_a=True))
