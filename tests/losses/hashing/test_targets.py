"""Codes of classes: how far apart they are, that none is twice, that they stay."""

import itertools
import math
import time

import numpy as np
import pytest

from tfmetric.losses import hashing

METHODS = ["bernoulli", "hadamard", "max_distance"]


def least_distance(codes):
    """Differing bits of the two closest codes."""
    pairs = itertools.combinations(codes, 2)
    return min(int(np.sum(a != b)) for a, b in pairs)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("num_classes", "bits"), [(1, 1), (2, 1), (7, 3), (16, 4), (10, 12), (600, 48)]
)
def test_each_class_has_a_code_of_its_own(method, num_classes, bits):
    codes = hashing.binary_targets(num_classes, bits, method, seed=3)
    assert codes.dtype == np.int8
    assert codes.shape == (num_classes, bits)
    assert set(np.unique(codes)) <= {-1, 1}
    assert len(np.unique(codes, axis=0)) == num_classes


@pytest.mark.parametrize("bits", [2, 4, 8, 12, 16, 20, 24, 32, 40, 48, 64])
def test_hadamard_codes_differ_in_half_of_the_bits_or_in_all(bits):
    codes = hashing.binary_targets(2 * bits, bits, "hadamard").astype(int)
    products = codes @ codes.T
    assert np.array_equal(products[:bits, :bits], bits * np.eye(bits))
    assert np.array_equal(codes[bits:], -codes[:bits])


# The next larger number of rows of a Hadamard matrix.
@pytest.mark.parametrize(
    ("bits", "order"), [(5, 8), (18, 20), (28, 32), (47, 48), (50, 60)]
)
def test_codes_of_other_lengths_lose_a_bit_of_distance_with_each_bit(bits, order):
    for seed in range(3):
        codes = hashing.binary_targets(2 * order, bits, "hadamard", seed)
        assert least_distance(codes) >= bits - order / 2


@pytest.mark.parametrize(("bits", "classes"), [(28, 60), (48, 90), (63, 120)])
def test_hadamard_codes_are_no_closer_than_coins(bits, classes):
    for seed in range(3):
        found = [
            least_distance(hashing.binary_targets(classes, bits, method, seed))
            for method in ("hadamard", "bernoulli")
        ]
        assert found[0] >= found[1]


def test_bernoulli_codes_follow_the_rows_of_hadamard():
    few = hashing.binary_targets(16, 8, "hadamard")
    many = hashing.binary_targets(200, 8, "hadamard")
    assert np.array_equal(many[:16], few)
    assert len(np.unique(many, axis=0)) == 200


def test_coins_are_fair():
    codes = hashing.binary_targets(2000, 61, "bernoulli").astype(float)
    # Means of 2000 coins have a deviation of 0.022, their products too.
    assert np.abs(codes.mean(axis=0)).max() < 0.1
    assert np.abs(codes.T @ codes / 2000 - np.eye(61)).max() < 0.15


@pytest.mark.parametrize("bits", [6, 9, 12])
def test_two_and_three_codes_are_as_far_apart_as_can_be(bits):
    """Every bit parts one pair of two, two pairs of three."""
    two, three = (hashing.binary_targets(n, bits, "max_distance") for n in (2, 3))
    assert least_distance(two) == bits
    assert least_distance(three) == bits * 2 // 3


# Beyond 512 classes the codes are found in another way.
@pytest.mark.parametrize(
    ("num_classes", "bits"), [(10, 64), (20, 10), (64, 32), (100, 16), (200, 48), (520, 32)]
)
def test_a_search_parts_codes_more_than_the_others_do(num_classes, bits):
    for seed in range(2):
        least = {
            method: least_distance(hashing.binary_targets(num_classes, bits, method, seed))
            for method in METHODS
        }
        assert least["max_distance"] >= least["hadamard"]
        assert least["max_distance"] > least["bernoulli"]


@pytest.mark.parametrize(("num_classes", "bits"), [(1000, 16), (600, 32), (2000, 64)])
def test_many_codes_reach_the_bound_of_varshamov(num_classes, bits):
    """There is a linear code of 2**k words at a distance d if fewer than 2**(bits - k)
    words of a bit less have up to d - 2 ones."""
    codes = hashing.binary_targets(num_classes, bits, "max_distance").astype(int)
    free = bits - (num_classes - 1).bit_length()
    balls = np.cumsum([math.comb(bits - 1, ones) for ones in range(bits)], dtype=object)
    bound = 1 + sum(ball < 2**free for ball in balls)
    products = codes @ codes.T - 2 * bits * np.eye(num_classes, dtype=int)
    assert (bits - products.max()) // 2 >= bound > 1


@pytest.mark.parametrize("method", METHODS)
def test_a_seed_gives_its_codes_again_and_none_that_can_be_spoilt(method):
    codes = hashing.binary_targets(30, 16, method, seed=5)
    again = hashing.binary_targets(30, 16, method, seed=5)
    assert np.array_equal(codes, again)
    again[:] = 0
    assert np.all(codes != 0)
    assert np.array_equal(hashing.binary_targets(30, 16, method, seed=5), codes)
    assert not np.array_equal(hashing.binary_targets(30, 16, method, seed=6), codes)


def test_codes_come_from_a_stream_that_numpy_never_changes():
    """A saved loss draws them again, under whatever version."""
    drawn = np.frombuffer(np.random.RandomState(5).bytes(30 * 3), np.uint8)
    bits = np.unpackbits(drawn.reshape(30, 3), axis=1)[:, :20].astype(int)
    assert np.array_equal(hashing.binary_targets(30, 20, "bernoulli", 5), 2 * bits - 1)


@pytest.mark.parametrize("method", METHODS)
def test_forty_thousand_classes_take_seconds(method):
    start = time.monotonic()
    codes = hashing.binary_targets(40_000, 64, method)
    assert time.monotonic() - start < 20
    assert len(np.unique(codes, axis=0)) == 40_000
    sample = codes[::1000]
    assert least_distance(sample) >= (16 if method == "max_distance" else 8)


def test_refuses_more_classes_than_codes_and_what_it_does_not_know():
    with pytest.raises(ValueError, match=r"Expected num_classes <= 2\*\*bits"):
        hashing.binary_targets(9, 3)
    with pytest.raises(ValueError, match="Expected method to be one of 'bernoulli'"):
        hashing.binary_targets(4, 8, "random")
    with pytest.raises(ValueError, match="Expected num_classes to be a whole number"):
        hashing.binary_targets(0, 8)
    with pytest.raises(ValueError, match="Expected bits to be a whole number"):
        hashing.binary_targets(4, 0.5)
    with pytest.raises(ValueError, match="Expected seed to be a whole number"):
        hashing.binary_targets(4, 8, seed=-1)
