"""Packed codes against `numpy.packbits`, in NumPy and in the graph."""

import numpy as np
import pytest
import tensorflow as tf

from tfmetric._core._bits import pack_bits, pack_bits_in_graph, packed_bytes, unpack_bits

WIDTHS = [1, 7, 8, 12, 64]


def values(bits, rows=9):
    drawn = np.random.default_rng(bits).normal(size=(rows, bits)).astype(np.float32)
    drawn[0, 0] = 0.0
    drawn[1, -1] = -0.0
    return drawn


@pytest.mark.parametrize("bits", WIDTHS)
def test_packing_is_that_of_numpy(bits):
    packed = pack_bits(values(bits))
    assert packed.dtype == np.uint8
    assert packed.shape == (9, packed_bytes(bits)) == (9, -(-bits // 8))
    for row, codes in zip(packed, values(bits), strict=True):
        written = "".join("1" if v > 0 else "0" for v in codes)
        written = written.ljust(8 * len(row), "0")
        assert "".join(f"{byte:08b}" for byte in row) == written


@pytest.mark.parametrize("bits", WIDTHS)
def test_unpacking_gives_the_signs_back(bits):
    drawn = values(bits)
    codes = unpack_bits(pack_bits(drawn), bits)
    assert codes.dtype == np.int8
    np.testing.assert_array_equal(codes, np.where(drawn > 0, 1, -1))


@pytest.mark.parametrize("bits", WIDTHS)
def test_the_graph_packs_alike(bits):
    signature = tf.TensorSpec([None, bits])
    packed = tf.function(pack_bits_in_graph, input_signature=[signature])
    np.testing.assert_array_equal(packed(values(bits)), pack_bits(values(bits)))
    assert packed(values(bits)).dtype == tf.uint8
    assert packed(values(bits)[:0]).shape == (0, packed_bytes(bits))


def test_zero_is_bit_zero():
    assert pack_bits([[0.0, -0.0, 1e-30, -1e-30]]).tolist() == [[0b00100000]]
    assert pack_bits([[0, 1, -1]]).tolist() == [[0b01000000]]
    assert pack_bits([[False, True]]).tolist() == [[0b01000000]]


def test_unpacking_refuses_another_width_or_type():
    packed = pack_bits(values(12))
    for wrong, bits in ((packed, 8), (packed, 17), (packed.astype(int), 12)):
        with pytest.raises(ValueError, match=f"Expected codes of {bits} bits as uint8"):
            unpack_bits(wrong, bits)
    with pytest.raises(ValueError, match="Expected bits to be a whole number"):
        unpack_bits(packed, 0)
