import numpy as np
import pytest
from oracles import metrics as oracle

from tfmetric.metrics import (
    code_map,
    code_map_bounds,
    code_statistics,
    hamming_distances,
)


def random_codes(count, bits, seed):
    return np.packbits(np.random.default_rng(seed).random((count, bits)) < 0.4, axis=1)


@pytest.mark.parametrize("bits", [5, 8, 64, 72, 200])
def test_hamming_distances_equal_the_loops(bits):
    queries, gallery = random_codes(4, bits, 1), random_codes(9, bits, 2)
    distances = hamming_distances(queries, gallery)
    expected = [[oracle.hamming(a, b) for b in gallery] for a in queries]
    assert distances.dtype == np.int32
    np.testing.assert_array_equal(distances, expected)


@pytest.mark.parametrize("at", [None, 1, 2, 3, 5, 6])
def test_code_map_is_the_mean_over_all_orders_of_ties(at):
    gallery, queries = random_codes(7, 2, 3), random_codes(5, 2, 4)
    gallery_labels, labels = [1, 2, 1, 1, 3, 2, 1], [1, 2, 3, 1, 9]
    arguments = {"gallery_codes": gallery, "gallery_labels": gallery_labels, "at": at}
    mean, best, worst = oracle.code_map(queries, labels, **arguments)
    assert code_map(queries, labels, **arguments) == pytest.approx(mean)
    assert code_map_bounds(queries, labels, **arguments) == pytest.approx((best, worst))
    assert worst < mean < best


@pytest.mark.parametrize("at", [None, 2, 4])
def test_leave_one_out_is_the_mean_over_all_orders_of_ties(at):
    codes, labels = random_codes(7, 2, 5), list("abbacab")
    mean, best, worst = oracle.code_map(codes, labels, at=at)
    assert code_map(codes, labels, at=at) == pytest.approx(mean)
    assert code_map_bounds(codes, labels, at=at) == pytest.approx((best, worst))


def test_order_of_the_gallery_and_block_size_change_nothing():
    codes = random_codes(40, 10, 6)
    labels = np.random.default_rng(7).integers(0, 4, 40) + 2**60
    order = np.random.default_rng(8).permutation(40)
    expected = code_map(codes, labels)
    assert code_map(codes[order], labels[order]) == pytest.approx(expected, abs=1e-15)
    for block_size in (1, 3, 40):
        assert code_map(codes, labels, block_size=block_size) == expected
        bounds = code_map_bounds(codes, labels, block_size=block_size)
        assert bounds == code_map_bounds(codes, labels)


def test_without_ties_the_bounds_meet():
    gallery = np.packbits(np.tri(8, 8, -1, dtype=bool), axis=1)  # 0..7 ones
    labels = [1, 2, 1, 2, 2, 1, 2, 1]
    arguments = {"gallery_codes": gallery, "gallery_labels": labels}
    expected = oracle.average_precision([label == 1 for label in labels])
    assert code_map(gallery[:1], [1], **arguments) == pytest.approx(expected)
    assert code_map_bounds(gallery[:1], [1], **arguments) == pytest.approx(
        (expected, expected)
    )


def test_one_large_tie_is_as_good_as_its_share_of_hits():
    """One code for all: the closed form stays accurate over ten thousand places."""
    codes, labels = np.zeros((10_000, 1), np.uint8), np.zeros(10_000, int)
    score = {"gallery_codes": codes, "gallery_labels": labels}
    assert code_map(codes[:1], [0], **score) == pytest.approx(1.0, abs=1e-12)
    labels[5_000:] = 1
    assert code_map(codes[:1], [0], **score) == pytest.approx(0.5, abs=1e-3)


def test_lone_queries_are_left_out():
    codes = np.uint8([[0], [1], [7]])
    gallery = {"gallery_codes": np.uint8([[0], [3]]), "gallery_labels": [1, 2]}
    assert code_map(codes, [1, 9, 2], **gallery) == pytest.approx(1.0)
    assert code_map(codes[:2], [2, 9], **gallery) == pytest.approx(0.5)


@pytest.mark.parametrize("bits", [3, 8, 13])
def test_code_statistics_equal_the_loops(bits):
    codes = random_codes(9, bits, 9)
    statistics = code_statistics(codes, bits)
    balance, unique = oracle.code_statistics(codes, bits)
    assert statistics.bit_balance == pytest.approx(balance)
    assert statistics.unique_share == pytest.approx(unique)


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
        lambda: code_map(codes, [1, 1, 1]),
        lambda: code_map_bounds(codes, [1, 1, 1]),
        lambda: code_statistics(codes, 8),
    ):
        with pytest.raises(ValueError, match="packed_codes"):
            call()


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda c: hamming_distances(c, c[:, :1]), "same width"),
        (lambda c: code_map(c, [1, 1, 2], at=0), "at to be a whole number"),
        (lambda c: code_map(c, [1, 2, 3]), "at least one query"),
        (lambda c: code_map(c, [1, 1, 2], block_size=-1), "block_size"),
        (lambda c: code_map(c, [1, 1, 2], gallery_codes=c), "together"),
        (lambda c: code_statistics(c, 17), "3 bytes"),
        (lambda c: code_statistics(c, 12), "zeros after bit 12"),
        (lambda c: code_statistics(c[:0], 16), "at least one code"),
    ],
)
def test_bad_input_is_refused(call, match):
    with pytest.raises(ValueError, match=match):
        call(np.full((3, 2), 255, np.uint8))
