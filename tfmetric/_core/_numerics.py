"""Arithmetic that stays finite, forward and backward, on degenerate batches."""

import tensorflow as tf


def at_least_float32(values):
    """Half precision becomes float32; float32 and float64 stay."""
    values = tf.convert_to_tensor(values)
    if values.dtype in (tf.float32, tf.float64):
        return values
    return tf.cast(values, tf.float32)


def as_vectors_in_graph(values):
    """`at_least_float32` of shape (items, dim).

    Raises:
        ValueError: not of rank two.
    """
    values = at_least_float32(values)
    if values.shape.rank not in (2, None):
        raise ValueError(
            f"Expected vectors of shape (items, dim). Received: shape={values.shape}"
        )
    return values


def nan_if_any(values):
    """NaN where any of `values` is NaN, else zero: what sorting and minima drop."""
    nan = tf.constant(float("nan"), values.dtype)
    return tf.where(tf.reduce_any(tf.math.is_nan(values)), nan, 0)


def safe_sqrt(values):
    """Square root whose gradient at zero is zero, not infinite."""
    zero = values <= 0
    roots = tf.sqrt(tf.where(zero, tf.ones_like(values), values))
    return tf.where(zero, tf.zeros_like(values), roots)


def safe_norm(vectors):
    """Euclidean norm over the last axis, kept, exact for very small and large values."""
    scale = tf.stop_gradient(tf.reduce_max(tf.abs(vectors), axis=-1, keepdims=True))
    scale = tf.where(scale <= 0, tf.ones_like(scale), scale)
    squares = tf.reduce_sum(tf.square(vectors / scale), axis=-1, keepdims=True)
    return scale * safe_sqrt(squares)


def unit_norm(vectors):
    """Scales rows to length one; a zero row stays zero."""
    return tf.math.divide_no_nan(vectors, safe_norm(vectors))


def masked_logsumexp(values, mask):
    """Row-wise log-sum-exp of the masked cells; a row without any is very negative.

    Returns:
        Shape (rows,). An empty row gives a tenth of the type's lowest number, which
        is finite, vanishes in any further sum of exponentials, and passes no gradient.
    """
    lowest = values.dtype.min / 10
    return tf.where(
        tf.reduce_any(mask, axis=1),
        tf.reduce_logsumexp(tf.where(mask, values, lowest), axis=1),
        lowest,
    )


def mean_over_tuples(sums, counts):
    """Rows whose mean is the mean over all tuples of the batch.

    A loss class averages rows; with `sums[i]` over `counts[i]` tuples of anchor i the
    result averages to `sum(sums) / sum(counts)`, and to zero where there are none. NaN
    passes, also where nothing is counted.
    """
    rows = tf.cast(tf.size(sums), sums.dtype)
    total = tf.reduce_sum(tf.cast(counts, sums.dtype))
    return sums * rows / tf.maximum(total, 1)
