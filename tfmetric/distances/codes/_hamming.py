"""Hamming distances of packed codes, in TensorFlow."""

import tensorflow as tf

from tfmetric._core._bits import as_words_in_graph


def hamming(a, b):
    """Number of bits in which each packed code of `a` differs from each of `b`.

    Choose it inside a graph: in a metric, a `tf.data` pipeline or an exported model.
    Outside, `tfmetric.metrics.hamming_distances` is the same in NumPy, and
    `tfmetric.retrieval.HammingIndex` is faster where only the nearest are wanted.

        d[i, j] = sum over 64-bit words k of popcount(a[i, k] XOR b[j, k])

    Args:
        a: (n, bytes) uint8.
        b: (m, bytes) uint8, of the same width, which is known before the graph runs.

    Returns:
        (n, m) int32 tensor; no gradient.

    Raises:
        ValueError: codes that are not uint8 of rank two, or of different widths.

    Cost: O(n * m * bytes / 8) time, about 20 * n * m bytes.

    Example: 0b1100 and 0b0101 differ in two bits.

        >>> import numpy as np
        >>> hamming(np.uint8([[0b1100]]), np.uint8([[0b1100], [0b0101]])).numpy()
        array([[0, 2]], dtype=int32)
    """
    a, b = tf.convert_to_tensor(a), tf.convert_to_tensor(b)
    fits = a.dtype == b.dtype == tf.uint8 and a.shape.rank == b.shape.rank == 2
    if not fits or a.shape[1] is None or a.shape[1] != b.shape[1]:
        raise ValueError(
            "Expected packed uint8 codes of shapes (n, bytes) and (m, bytes). "
            f"Received: {a.shape} {a.dtype.name} and {b.shape} {b.dtype.name}"
        )
    distances = tf.zeros([tf.shape(a)[0], tf.shape(b)[0]], tf.int32)
    for word, other in zip(as_words_in_graph(a), as_words_in_graph(b), strict=True):
        differing = tf.bitwise.bitwise_xor(word[:, None], other)
        distances += tf.cast(tf.raw_ops.PopulationCount(x=differing), tf.int32)
    return distances
