"""Tie-aware average precision."""

import numpy as np
import pytest
import tensorflow as tf
from losses.hashing.pairs import assert_refuses, assert_takes_a_memory
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_hashing_pairs as oracles

from tfmetric import metrics
from tfmetric._core._bits import pack_bits
from tfmetric.losses import hashing

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize("bits", [2, 5, 12])
@pytest.mark.parametrize("continuation", [0.4, 3.0])
def test_equals_the_oracle(bits, continuation):
    settings = {"continuation": continuation}
    function, oracle = hashing.tie_aware_ap_loss, oracles.tie_aware_ap
    assert_agrees(function, oracle, LABELS, vectors(10, bits), **settings)


@pytest.mark.parametrize("bits", [1, 3, 8, 64])
def test_of_codes_it_is_the_published_figure(bits):
    generator = np.random.default_rng(bits)
    labels = generator.integers(0, 4, 60)
    prototypes = generator.normal(size=(4, bits))
    codes = np.where(prototypes[labels] + generator.normal(size=(60, bits)) > 0, 40.0, -40)
    loss = hashing.TieAwareAPLoss()(labels, codes)
    assert np.isclose(loss, 1 - metrics.code_map(pack_bits(codes), labels), atol=2e-7)


def test_a_memory_is_ranked_with_the_batch():
    assert_takes_a_memory(hashing.tie_aware_ap_loss, oracles.tie_aware_ap)


def test_the_slope_at_codes_is_that_near_them():
    """Of no item at a distance, and of one, the formula has a limit, its slope too."""
    signs = np.sign(vectors(10, 5))  # of odd length: no distance is at the middle

    def slope(size):
        values = tf.constant(size * signs)
        with tf.GradientTape() as tape:
            tape.watch(values)
            loss = tf.reduce_mean(hashing.tie_aware_ap_loss(LABELS, values))
        return tape.gradient(loss, values).numpy() * np.cosh(size) ** 2

    near = slope(5.0)
    assert np.abs(near).max() > 1e-2
    for size in (8.0, 10.0, 14.0):
        np.testing.assert_allclose(slope(size), near, rtol=5e-3, atol=1e-4)


def test_the_slope_where_shares_of_items_make_one():
    """A positive and a negative tie by f and 1 - f, behind a hundred nearer items."""
    labels = [0] * 30 + [1] * 70 + [0, 1]
    codes = np.repeat([[30.0, 30.0]], 102, axis=0)
    codes[100:] = [[-30.0, 0.4], [-30.0, -0.4]]

    def moved(step):
        return codes + step * np.eye(102)[:, [100]] * [0.0, 1.0]

    values = tf.constant(codes)
    with tf.GradientTape() as tape:
        tape.watch(values)
        loss = tf.reduce_mean(hashing.tie_aware_ap_loss(labels, values))
    ends = [np.mean(oracles.tie_aware_ap(labels, moved(step))) for step in (-1e-3, 1e-3)]
    slope = (ends[1] - ends[0]) / 2e-3
    assert np.isclose(tape.gradient(loss, values)[100, 1], slope, rtol=1e-3, atol=0)


def test_undecided_bits_all_tie():
    # Precision among ties is the share of positives, but for the first place's luck.
    loss = hashing.TieAwareAPLoss()([0, 0, 0, 1], np.zeros((4, 2)))
    orders = [(1 + 1) / 2, (1 + 2 / 3) / 2, (1 / 2 + 2 / 3) / 2]  # ++-, +-+, -++
    assert np.isclose(loss, (1 - np.mean(orders)) * 3 / 3)


def test_refuses_a_continuation_of_zero():
    assert_refuses(hashing.TieAwareAPLoss, hashing.tie_aware_ap_loss, {"continuation": 0})
