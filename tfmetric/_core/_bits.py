"""Packed binary codes: one tie rule, one bit order, in TensorFlow and NumPy alike.

A value above zero is bit 1 (+1), anything else is bit 0 (-1). Numbers too small for a
normal float count as zero, as TensorFlow's kernels take them. Eight bits make a byte,
the first bit the most significant, as `numpy.packbits` has it. Bits that do not fill
the last byte are followed by zeros, which no Hamming distance between codes sees.
"""

import numpy as np
import tensorflow as tf

from tfmetric._core._checks import check_count


def packed_bytes(bits):
    """Bytes that a code of `bits` bits takes."""
    return (check_count(bits, "bits") + 7) // 8


def pack_bits(values):
    """Packs (items, bits) values into (items, ceil(bits / 8)) uint8, by `values > 0`.

    Args:
        values: real numbers or bools; the outputs of a model, or codes of -1 and +1.

    Returns:
        uint8 array, the first bit of a code the most significant of its first byte.

    Raises:
        ValueError: NaN, which is no bit.

    Example: zero is bit 0.

        >>> pack_bits([[0.3, -2.0, 0.0, 0.1]]) == 0b1001_0000
        array([[ True]])
    """
    values = np.asarray(values)
    if np.isnan(values).any():
        raise ValueError("Expected code values that are numbers. Received: NaN")
    least = np.finfo(np.result_type(values.dtype, np.float32)).tiny
    return np.packbits(values >= least, axis=-1)


def unpack_bits(packed, bits):
    """Unpacks (items, bytes) uint8 into (items, bits) int8 of -1 and +1.

    Args:
        packed: codes as `pack_bits` makes them.
        bits: length of the code.

    Raises:
        ValueError: `packed` is not uint8 of the width that `bits` needs.

    Example: the four bits that fill the byte are left out.

        >>> unpack_bits(np.uint8([[0b1001_0000]]), 4)
        array([[ 1, -1, -1,  1]], dtype=int8)
    """
    packed = np.asarray(packed)
    if packed.dtype != np.uint8 or packed.shape[-1] != packed_bytes(bits):
        raise ValueError(
            f"Expected codes of {bits} bits as uint8 of width {packed_bytes(bits)}. "
            f"Received: shape={packed.shape}, dtype={packed.dtype}"
        )
    return np.unpackbits(packed, axis=-1, count=bits).astype(np.int8) * 2 - 1


def as_words(codes):
    """Packed codes as 64-bit words, a row for each word: (words, items) uint64."""
    spare = -codes.shape[1] % 8
    words = np.pad(codes, ((0, 0), (0, spare))).view(np.uint64)
    return np.ascontiguousarray(words.T)


def pack_bits_in_graph(values):
    """`pack_bits` as TensorFlow ops, bit for bit the same, for exported models."""
    bits = values.shape[-1]
    ones = tf.cast(values > 0, tf.int32)
    ones = tf.pad(ones, [[0, 0], [0, packed_bytes(bits) * 8 - bits]])
    octets = tf.reshape(ones, [-1, packed_bytes(bits), 8])
    weights = tf.constant([128, 64, 32, 16, 8, 4, 2, 1])
    return tf.cast(tf.reduce_sum(octets * weights, axis=-1), tf.uint8)


def as_words_in_graph(codes):
    """`as_words` as TensorFlow ops, for codes of a width known beforehand."""
    codes = tf.pad(codes, [[0, 0], [0, -codes.shape[1] % 8]])
    octets = tf.reshape(codes, [-1, codes.shape[1] // 8, 8])
    return tf.unstack(tf.bitcast(octets, tf.uint64), axis=1)
