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
    values = at_least_float32(values)
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


def masked_logsumexp(values, mask, scale=1.0, axis=1):
    """`log(sum of exp(scale · v))` over the masked cells of each row, or each column.

    Args:
        values: (rows, columns) float.
        mask: (rows, columns) bool.
        scale: a number, not zero.
        axis: 1 for a result of each row, 0 for one of each column.

    Returns:
        Shape (rows,) or (columns,). Where no cell is masked it is a tenth of the type's
        lowest number, which is finite, vanishes in any further sum of exponentials, and
        passes no gradient.
    """
    lowest = values.dtype.min / 10
    fill, furthest = (lowest, tf.reduce_max) if scale > 0 else (-lowest, tf.reduce_min)

    @tf.custom_gradient
    def logsumexp(values):
        filled = tf.where(mask, values, fill)
        peak = furthest(filled, axis=axis, keepdims=True)
        powers = tf.exp((filled - peak) * scale if scale != 1 else filled - peak)
        sums = tf.reduce_sum(powers, axis=axis)
        peak = tf.squeeze(peak, axis)
        empty = peak == fill
        result = tf.where(empty, lowest, peak * scale + tf.math.log(sums))

        def gradient(upstream):
            share = tf.where(empty, tf.zeros_like(sums), scale * upstream / sums)
            return powers * tf.expand_dims(share, axis)

        return result, gradient

    return logsumexp(values)


def row_sums(values, cells, slopes):
    """Sums over the rows of `cells`, with a gradient that is written by hand.

    Args:
        values: (rows, columns), what the gradient is for.
        cells: (rows, columns), functions of `values` cell by cell.
        slopes: (rows, columns), their derivatives.
    """

    @tf.custom_gradient
    def sums(values):
        del values
        return tf.reduce_sum(cells, axis=1), lambda upstream: slopes * upstream[:, None]

    return sums(values)


def count(mask):
    """Numbers of true cells in each row, as float32."""
    return tf.reduce_sum(tf.cast(mask, tf.float32), axis=1)


def softplus(values):
    """`log(1 + exp(v))`, exact at both ends and many times faster than TensorFlow's."""
    # From 18 on it is v itself, in float32; from 37 on in float64.
    return tf.maximum(values, tf.math.log1p(tf.exp(tf.minimum(values, 80))))


def mean_over_tuples(sums, counts):
    """Rows whose mean is the mean over all tuples of the batch.

    A loss class averages rows; with `sums[i]` over `counts[i]` tuples of anchor i the
    result averages to `sum(sums) / sum(counts)`, and to zero where there are none. NaN
    passes, also where nothing is counted.
    """
    rows = tf.cast(tf.size(sums), sums.dtype)
    total = tf.reduce_sum(tf.cast(counts, sums.dtype))
    return sums * rows / tf.maximum(total, 1)


AVERAGES = ("active", "all", "anchors")


def average_tuples(sums, active, counts, average):
    """Rows whose mean is one of three averages over the tuples of a batch.

    Args:
        sums: (rows,) sums over the tuples of each anchor.
        active: (rows,) numbers of tuples above zero.
        counts: (rows,) numbers of tuples.
        average: over the "active" tuples, over "all", or over "anchors": the mean over
            anchors that have a tuple of the mean over its tuples.
    """
    if average == "anchors":
        counts = tf.cast(counts, sums.dtype)
        # Not divide_no_nan: it would hide a NaN of a row without tuples.
        return mean_over_tuples(sums / tf.maximum(counts, 1), tf.minimum(counts, 1))
    return mean_over_tuples(sums, active if average == "active" else counts)
