"""Statistics of codes, and Hamming distances, against loops over single bits."""

import numpy as np
import pytest
from oracles import metrics as oracle

from tfmetric.metrics import _code_statistics as module
from tfmetric.metrics import code_statistics, hamming_distances


def random_codes(count, bits, seed):
    return np.packbits(np.random.default_rng(seed).random((count, bits)) < 0.4, axis=1)


@pytest.mark.parametrize("bits", [5, 8, 64, 72, 200])
def test_hamming_distances_equal_the_loops(bits):
    queries, gallery = random_codes(4, bits, 1), random_codes(9, bits, 2)
    distances = hamming_distances(queries, gallery)
    expected = [[oracle.hamming(a, b) for b in gallery] for a in queries]
    assert distances.dtype == np.int32
    np.testing.assert_array_equal(distances, expected)


def as_tuple(found):
    return (
        found.bit_balance,
        found.bit_correlation,
        found.unique_share,
        found.effective_bits,
    )


@pytest.mark.parametrize("bits", [3, 8, 13, 70])
@pytest.mark.parametrize("rows", [4, module._ROWS])
def test_statistics_equal_the_loops(bits, rows, monkeypatch):
    monkeypatch.setattr(module, "_ROWS", rows)  # the last of several blocks is not full
    codes = random_codes(9, bits, 9)
    codes[3] = codes[5]
    found = as_tuple(code_statistics(codes, bits))
    assert found == pytest.approx(oracle.code_statistics(codes, bits))


def test_ideal_bits_are_all_effective():
    codes = np.arange(256, dtype=np.uint8)[:, None]  # every code of 8 bits, once
    assert as_tuple(code_statistics(codes, 8)) == pytest.approx((0, 0, 1, 8))


def test_bits_that_repeat_each_other_are_one():
    # 00000000 and 11111111; then the same with the last bit turned over.
    for last in (0, 1):
        codes = np.uint8([[0 ^ last], [255 ^ last]])
        assert as_tuple(code_statistics(codes, 8)) == pytest.approx((0, 1, 1, 1))


def test_one_code_for_all_has_no_effective_bits():
    codes = np.full((3, 2), 0b1010_1010, np.uint8)
    assert as_tuple(code_statistics(codes, 16)) == pytest.approx((1, 0, 1 / 3, 0))


def test_a_code_of_one_bit_has_no_pairs():
    codes = np.packbits([[0], [1], [1], [1]], axis=1)
    assert as_tuple(code_statistics(codes, 1)) == pytest.approx((0.5, 0, 0.5, 1))


@pytest.mark.parametrize(
    "codes",
    [
        np.ones((3, 8), np.int8),
        np.ones((3, 8), np.float32),
        np.ones(8, np.uint8),
        np.ones((3, 0), np.uint8),
    ],
)
def test_codes_must_be_packed(codes):
    for call in (
        lambda: hamming_distances(codes, codes),
        lambda: code_statistics(codes, 8),
    ):
        with pytest.raises(ValueError, match="packed_codes"):
            call()


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda c: hamming_distances(c, c[:, :1]), "same width"),
        (lambda c: code_statistics(c, 17), "3 bytes"),
        (lambda c: code_statistics(c, 12), "zeros after bit 12"),
        (lambda c: code_statistics(c[:0], 16), "at least one code"),
        (lambda c: code_statistics(c, 0), "bits to be a whole number"),
    ],
)
def test_bad_input_is_refused(call, match):
    with pytest.raises(ValueError, match=match):
        call(np.full((3, 2), 255, np.uint8))
