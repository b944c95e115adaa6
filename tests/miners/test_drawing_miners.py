"""Miners that draw: what they may draw, how often, and when again."""

import numpy as np
import pytest
import tensorflow as tf
from oracles.miners import every_pair, histogram, negative_probabilities

from tfmetric import miners

DIM = 6


def matrix(rows, seed=0):
    x = np.random.default_rng(seed).normal(size=(rows, 2))
    return np.sqrt(np.square(x[:, None] - x).sum(-1))


def draws(row, count, **settings):
    """Negatives drawn for one anchor with `count` positives and these negatives."""
    d = tf.constant([[1.0] * count + row])
    positive = tf.constant([[True] * count + [False] * len(row)])
    found = miners.DistanceWeightedMiner(**settings).select(d, positive, ~positive)
    return found.negative.numpy()[found.valid.numpy()] - count


@pytest.mark.parametrize("dim", [2, 3, 6])
def test_negatives_are_drawn_as_often_as_they_are_rare(dim):
    row = [0.2, 0.7, 0.9, 1.3, 1.39, 1.41, 1.9]
    drawn = draws(row, 20000, dim=dim)
    assert len(drawn) == 20000
    shares = np.bincount(drawn, minlength=len(row)) / len(drawn)
    expected = np.array(negative_probabilities(row, dim))
    assert shares[5] == shares[6] == 0
    np.testing.assert_allclose(shares, expected, atol=4 * np.sqrt(0.25 / 20000))


@pytest.mark.parametrize("dim", [512, 100_000])
def test_many_dimensions_neither_overflow_nor_vanish(dim):
    # The rarer distance is drawn always; both densities are far out of float32's range.
    assert set(draws([0.6, 0.8], 50, dim=dim)) == {0}
    assert set(draws([1.0, 1.0], 50, dim=dim)) == {0, 1}
    assert set(draws([1.0, 1.0, 1.99], 50, dim=dim, upper=2.0)) <= {0, 1, 2}


def test_settings_bound_what_is_drawn():
    assert set(draws([0.1, 0.3], 60, dim=DIM, cutoff=0.4)) == {0, 1}
    assert set(draws([0.1, 0.9], 60, dim=40, cutoff=0.05)) == {0}
    assert set(draws([0.1, 0.3, 1.1], 60, dim=2, upper=1.0)) == {0, 1}


def test_an_anchor_without_a_near_negative_gives_no_triplet():
    assert len(draws([1.4, 1.7], 9, dim=DIM)) == 0
    assert len(draws([np.nan, 1.7], 9, dim=DIM)) == 0
    assert set(draws([np.nan, 0.9], 9, dim=DIM)) == {1}


@pytest.mark.parametrize("most", [(3, 5), (40, 2)])
@pytest.mark.parametrize("bins", [1, 4, 100])
def test_at_most_so_many_pairs_of_every_bin(bins, most):
    labels, d = np.arange(40) % 3, matrix(40)
    miner = miners.UniformHistogramMiner(bins, *most)
    found = [list(map(tuple, np.argwhere(mask).tolist())) for mask in miner(labels, d)]
    for chosen, pairs, limit in zip(found, every_pair(labels), most, strict=True):
        assert set(chosen) <= set(pairs)
        numbers = histogram([d[pair] for pair in pairs], bins)
        bin_of = dict(zip(pairs, numbers, strict=True))
        available = np.bincount(numbers, minlength=bins)
        counts = np.bincount([bin_of[pair] for pair in chosen], minlength=bins)
        np.testing.assert_array_equal(counts, np.minimum(available, limit))


def test_every_pair_of_a_bin_has_the_same_chance():
    # A bin is a row: four positives at 0, 2, 4, … and five negatives at 1, 3, 5, …
    rows = tf.range(600.0)[:, None]
    negative = tf.tile(
        [[False, True, True, False, True, False, True, False, True]], [600, 1]
    )
    d = tf.where(negative, 2 * rows + 1, 2 * rows)
    miner = miners.UniformHistogramMiner(bins=600, positives=1, negatives=3)
    pairs = miner.select(d, ~negative, negative)
    for chosen, mask, count in ((pairs[0], ~negative, 1), (pairs[1], negative, 3)):
        np.testing.assert_array_equal(np.sum(chosen, axis=1), count)
        shares = np.mean(chosen, axis=0)[mask[0]]
        np.testing.assert_allclose(shares, count / len(shares), atol=0.08)


@pytest.mark.parametrize(
    "miner", [miners.DistanceWeightedMiner(DIM), miners.UniformHistogramMiner(3, 2, 2)]
)
@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_a_draw_follows_from_the_seed_and_the_distances(miner, precision):
    labels, d = np.arange(30) % 3, matrix(30).astype(precision)
    compiled = tf.function(miner)

    def drawn(d, by=compiled):
        return np.concatenate([np.ravel(each) for each in by(labels, d)])

    first = drawn(d)
    np.testing.assert_array_equal(drawn(d), first)
    np.testing.assert_array_equal(drawn(d, by=miner), first)
    moved = d.copy()
    moved[3, 4] = np.nextafter(moved[3, 4], np.inf, dtype=precision)
    assert np.mean(drawn(moved) != first) > 0.01
    other = type(miner)(**{**miner.get_config(), "seed": 1})
    assert np.mean(drawn(d, by=other) != first) > 0.01


@pytest.mark.parametrize(
    "settings",
    [
        {"dim": 1},
        {"dim": 2.5},
        {"dim": 8, "cutoff": 0},
        {"dim": 8, "cutoff": 1.4},
        {"dim": 8, "upper": 2.1},
        {"dim": 8, "seed": -1},
        {"dim": 8, "seed": None},
    ],
)
def test_the_distance_weighted_miner_refuses_settings_out_of_range(settings):
    with pytest.raises(ValueError, match=r"Expected (dim|cutoff|seed) "):
        miners.DistanceWeightedMiner(**settings)


@pytest.mark.parametrize("name", ["bins", "positives", "negatives"])
def test_the_histogram_miner_refuses_counts_below_one(name):
    with pytest.raises(ValueError, match=f"Expected {name} to be a whole number"):
        miners.UniformHistogramMiner(**{name: 0})
