"""Packed binary codes: one tie rule, one bit order, in TensorFlow and NumPy alike.

A value above zero is bit 1 (+1), anything else is bit 0 (-1). Eight bits make a byte,
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

    Raises:
        ValueError: NaN, which is no bit.
    """
    values = np.asarray(values)
    if np.isnan(values).any():
        raise ValueError("Expected code values that are numbers. Received: NaN")
    return np.packbits(values > 0, axis=-1)


def unpack_bits(packed, bits):
    """Unpacks (items, bytes) uint8 into (items, bits) int8 of -1 and +1.

    Raises:
        ValueError: `packed` is not uint8 of the width that `bits` needs.
    """
    packed = np.asarray(packed)
    if packed.dtype != np.uint8 or packed.shape[-1] != packed_bytes(bits):
        raise ValueError(
            f"Expected codes of {bits} bits as uint8 of width {packed_bytes(bits)}. "
            f"Received: shape={packed.shape}, dtype={packed.dtype}"
        )
    return np.unpackbits(packed, axis=-1, count=bits).astype(np.int8) * 2 - 1


def pack_bits_in_graph(values):
    """`pack_bits` as TensorFlow ops, bit for bit the same, for exported models."""
    bits = values.shape[-1]
    ones = tf.cast(values > 0, tf.int32)
    ones = tf.pad(ones, [[0, 0], [0, packed_bytes(bits) * 8 - bits]])
    octets = tf.reshape(ones, [-1, packed_bytes(bits), 8])
    weights = tf.constant([128, 64, 32, 16, 8, 4, 2, 1])
    return tf.cast(tf.reduce_sum(octets * weights, axis=-1), tf.uint8)
