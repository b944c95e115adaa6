"""Distances between all rows of a batch, computed as tensorflow-addons computes them."""

import tensorflow as tf

from tfmetric._core._numerics import as_vectors_in_graph, safe_sqrt
from tfmetric.losses._base import compiled


@compiled
def pairwise_distance(feature, squared=False):
    """Euclidean distances between all rows.

        d[i, j]² = |x[i]|² + |x[j]|² - 2 x[i]·x[j], at least 0, exactly 0 for i = j

    `tfmetric.distances.Euclidean` rounds better: here two equal rows far from the origin
    can be apart by rounding, as in the original.

    Args:
        feature: (batch, dim) float.
        squared: whether to give the squares.

    Returns:
        (batch, batch), of the type of `feature`. The gradient at distance zero is zero.

    Raises:
        ValueError: not of rank two.

    >>> pairwise_distance([[0.0, 0.0], [3.0, 4.0]]).numpy().tolist()
    [[0.0, 5.0], [5.0, 0.0]]
    """
    feature = tf.convert_to_tensor(feature)
    rows = as_vectors_in_graph(feature)
    squares = tf.reduce_sum(tf.square(rows), axis=1)
    d = squares[:, None] + squares - 2 * tf.matmul(rows, rows, transpose_b=True)
    # As a product, so that NaN stays where the original has it.
    d *= 1 - tf.eye(tf.shape(rows)[0], dtype=d.dtype)
    d = tf.where(d <= 0, tf.zeros_like(d), d)
    return like(d if squared else safe_sqrt(d), feature)


@compiled
def angular_distance(feature):
    """Cosine distances between all rows, `1 - cos`, at least 0.

    Args:
        feature: (batch, dim) float; rows shorter than 1e-6 count as nearly zero, as in
            the original.

    Returns:
        (batch, batch), of the type of `feature`.

    Raises:
        ValueError: not of rank two.

    >>> angular_distance([[2.0, 0.0], [0.0, 1.0]]).numpy().tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    feature = tf.convert_to_tensor(feature)
    rows = tf.math.l2_normalize(as_vectors_in_graph(feature), axis=1)
    d = tf.maximum(1 - tf.matmul(rows, rows, transpose_b=True), 0)
    return like(d, feature)


def like(values, given):
    """`values` in the floating type of what was given."""
    given = tf.convert_to_tensor(given).dtype
    return tf.cast(values, given) if given.is_floating else values
