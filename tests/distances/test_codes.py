"""Distances of packed codes against loops over single bits."""

import numpy as np
import pytest
import tensorflow as tf
from oracles import metrics as oracle

from tfmetric.distances import Hamming
from tfmetric.distances.codes import _asymmetric as module
from tfmetric.distances.codes import asymmetric_hamming, hamming, pack_bits, unpack_bits
from tfmetric.metrics import hamming_distances

WIDTHS = [1, 5, 8, 64, 72, 200]


def values(rows, bits, seed):
    return np.random.default_rng(seed).normal(size=(rows, bits)).astype(np.float32)


@pytest.mark.parametrize("bits", WIDTHS)
def test_hamming_equals_the_loops_and_numpy(bits):
    a, b = pack_bits(values(4, bits, 1)), pack_bits(values(7, bits, 2))
    found = hamming(a, b)
    assert found.dtype == tf.int32
    expected = [[oracle.hamming(x, y) for y in b] for x in a]
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(found, hamming_distances(a, b))


def test_hamming_is_that_of_the_distance_on_values():
    a, b = values(4, 20, 1), values(6, 20, 2)
    np.testing.assert_array_equal(hamming(pack_bits(a), pack_bits(b)), Hamming()(a, b))


@pytest.mark.parametrize("compiled", [False, True])
def test_hamming_in_a_graph_of_unknown_rows(compiled):
    signature = 2 * [tf.TensorSpec([None, 9], tf.uint8)]
    graph = tf.function(hamming, input_signature=signature, jit_compile=compiled)
    a, b = pack_bits(values(3, 70, 1)), pack_bits(values(5, 70, 2))
    np.testing.assert_array_equal(graph(a, b), hamming_distances(a, b))
    assert graph(a[:0], b).shape == (0, 5)


def test_all_bits_may_differ():
    zeros, ones = np.zeros((1, 40), np.uint8), np.full((1, 40), 255, np.uint8)
    assert hamming(zeros, ones).numpy().tolist() == [[320]]


def by_loops(query, code):
    """What a query's values cost where their bits differ from a code of -1 and +1."""
    return sum(
        abs(float(v)) for v, bit in zip(query, code, strict=True) if (v > 0) != (bit > 0)
    )


@pytest.mark.parametrize("bits", WIDTHS)
def test_asymmetric_equals_the_loops(bits):
    queries, codes = values(3, bits, 3), pack_bits(values(6, bits, 4))
    found = asymmetric_hamming(queries, codes)
    assert found.dtype == np.float32
    unpacked = unpack_bits(codes, bits)
    expected = [[by_loops(query, code) for code in unpacked] for query in queries]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_asymmetric_orders_as_the_inner_product():
    queries, codes = values(4, 30, 5), pack_bits(values(50, 30, 6))
    products = queries.astype(np.float64) @ unpack_bits(codes, 30).T
    expected = (np.abs(queries).sum(axis=1, keepdims=True) - products) / 2
    np.testing.assert_allclose(asymmetric_hamming(queries, codes), expected, atol=1e-5)


def test_asymmetric_of_signs_is_hamming():
    queries, codes = np.sign(values(4, 13, 7)), pack_bits(values(9, 13, 8))
    expected = hamming_distances(pack_bits(queries), codes)
    np.testing.assert_array_equal(asymmetric_hamming(queries, codes), expected)


def test_asymmetric_distance_to_the_own_code_is_zero():
    queries = values(5, 21, 9)
    queries[:, 4] = 0  # is bit 0, and costs nothing either way
    found = asymmetric_hamming(queries, pack_bits(queries))
    np.testing.assert_array_equal(np.diagonal(found), 0)
    other = pack_bits(np.where(np.arange(21) == 4, 1, queries))
    np.testing.assert_array_equal(asymmetric_hamming(queries, other), found)


def test_blocks_change_nothing(monkeypatch):
    queries, codes = values(2, 20, 1), pack_bits(values(11, 20, 2))
    whole = asymmetric_hamming(queries, codes)
    monkeypatch.setattr(module, "_ROWS", 4)
    np.testing.assert_array_equal(asymmetric_hamming(queries, codes), whole)


def test_nothing_to_compare():
    codes = pack_bits(values(3, 12, 1))
    assert hamming(codes[:0], codes).shape == (0, 3)
    assert asymmetric_hamming(values(2, 12, 1), codes[:0]).shape == (2, 0)


CODES = np.zeros((2, 2), np.uint8)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: hamming(CODES, CODES[:, :1]), "Received: .* uint8 and .* uint8"),
        (lambda: hamming(CODES.astype(int), CODES), "int64 and"),
        (lambda: hamming(CODES[0], CODES), "packed uint8 codes of shapes"),
        (lambda: asymmetric_hamming(np.zeros((1, 8)), CODES), "8 bits, 1 bytes wide"),
        (lambda: asymmetric_hamming(np.zeros((1, 17)), CODES), "17 bits, 3 bytes wide"),
        (lambda: asymmetric_hamming(np.zeros((1, 16)), CODES / 2), "packed"),
        (lambda: asymmetric_hamming(np.full((1, 16), np.nan), CODES), "finite"),
    ],
)
def test_bad_input_is_refused(call, match):
    with pytest.raises(ValueError, match=match):
        call()
