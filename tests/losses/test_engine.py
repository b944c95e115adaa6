"""Sums over tuples that are never listed, against the lists."""

import numpy as np
import pytest
import tensorflow as tf

from tfmetric.losses._engine import hinges_against_pairs, hinges_against_row


def numbers(*shape, seed=0):
    """Quarters, so that sums are exact and many values tie with a threshold."""
    return np.random.default_rng(seed).integers(0, 12, size=shape) / 4


def test_hinges_against_row_equal_the_list():
    thresholds, values = numbers(4, 6), numbers(4, 9, seed=1)
    mask = np.random.default_rng(2).uniform(size=(4, 9)) < 0.6
    mask[2] = False
    sums, counts = hinges_against_row(*map(tf.constant, (thresholds, values, mask)))
    for i in range(4):
        for j in range(6):
            hinges = [max(0, thresholds[i, j] - v) for v in values[i][mask[i]]]
            assert sums[i, j] == sum(hinges)
            assert counts[i, j] == sum(h > 0 for h in hinges)


@pytest.mark.parametrize("ids", [[0, 1, 0, 2, 1, 0, 3], [0, 0, 0, 1, 1, 1, 1], [0] * 7])
def test_hinges_against_pairs_equal_the_list(ids):
    values = numbers(7, 7)
    values, thresholds = values + values.T, numbers(7, 4, seed=1) * 2
    mask = np.not_equal.outer(ids, ids)
    sums, counts, pairs = hinges_against_pairs(
        *map(tf.constant, (thresholds, values, mask)), tf.constant(ids)
    )
    for i in range(7):
        others = [
            values[k, n]
            for k in range(7)
            for n in range(7)
            if len({ids[i], ids[k], ids[n]}) == 3
        ]
        assert pairs[i, 0] == len(others)
        for j in range(4):
            hinges = [max(0, thresholds[i, j] - v) for v in others]
            assert sums[i, j] == sum(hinges)
            assert counts[i, j] == sum(h > 0 for h in hinges)


def test_long_sums_of_float32_stay_exact():
    # 2**15 equal values under a threshold just above: hinges of 0.125 each, but sums
    # on the way that need more bits than float32 has.
    values = tf.fill((1, 2**15), 1000.125)
    sums, counts = hinges_against_row(
        tf.constant([[1000.25]]), values, tf.ones_like(values, tf.bool)
    )
    assert counts[0, 0] == 2**15
    assert sums[0, 0] == 2**12
