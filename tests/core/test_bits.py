"""Packed codes against `numpy.packbits`, in NumPy and in the graph."""

import numpy as np
import pytest
import tensorflow as tf

from tfmetric._core._bits import (
    as_words,
    pack_bits,
    pack_bits_in_graph,
    packed_bytes,
    unpack_bits,
)
from tfmetric.layers import Sign
from tfmetric.retrieval import HammingIndex

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


# Zeros, numbers too small for a normal float32, and neighbours of those that are not.
EDGES = [0.0, -0.0, 1e-45, -1e-45, 1.17e-38, -1.17e-38, 1.18e-38, -1.18e-38, 1.0, -1.0]
EDGE_BITS = [0, 0, 0, 0, 0, 0, 1, 0, 1, 0]


@pytest.mark.parametrize("rows", [1, 5000])
def test_one_tie_rule_in_training_indexing_and_serving(rows):
    edges = np.float32(rows * [EDGES])
    expected = np.packbits(rows * [EDGE_BITS], axis=1)
    np.testing.assert_array_equal(pack_bits(edges), expected)
    np.testing.assert_array_equal(pack_bits(Sign()(edges)), expected)
    for pack in (pack_bits_in_graph, tf.function(pack_bits_in_graph)):
        np.testing.assert_array_equal(pack(tf.constant(edges)), expected)
        np.testing.assert_array_equal(pack(Sign()(edges)), expected)
    index = HammingIndex(pack_bits(edges[:1]))
    found = index.search(pack_bits_in_graph(Sign()(edges[:1])).numpy(), 1)
    assert found.distances.tolist() == [[0]]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64", "int8", "bool"])
def test_the_rule_holds_in_any_type(dtype):
    numbers = tf.cast([[0.0, 1e-7, 1.0]], dtype)
    bits = [[0, int(dtype != "int8"), 1]]
    np.testing.assert_array_equal(pack_bits(numbers.numpy()), np.packbits(bits, axis=1))


def test_words_hold_the_codes_one_after_the_other():
    codes = np.arange(1, 21, dtype=np.uint8).reshape(2, 10)
    words = as_words(codes)
    assert words.dtype == np.uint64 and words.shape == (2, 2)
    np.testing.assert_array_equal(words.T.copy().view(np.uint8)[:, :10], codes)
    assert not words.T.copy().view(np.uint8)[:, 10:].any()


def test_unpacking_refuses_another_width_or_type():
    packed = pack_bits(values(12))
    for wrong, bits in ((packed, 8), (packed, 17), (packed.astype(int), 12)):
        with pytest.raises(ValueError, match=f"Expected codes of {bits} bits as uint8"):
            unpack_bits(wrong, bits)
    with pytest.raises(ValueError, match="Expected bits to be a whole number"):
        unpack_bits(packed, 0)
