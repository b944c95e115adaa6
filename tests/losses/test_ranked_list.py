"""Ranked list loss."""

import numpy as np
import pytest
import tensorflow as tf
from losses.helpers import LABELS, vectors
from oracles import losses as pair_oracles
from oracles import losses_ranking as oracles

from tfmetric import losses
from tfmetric._core._pairs import Memory

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"boundary": 2.0, "margin": 1.0, "positive_scale": 3.0, "negative_scale": 0.0},
        {"balance": 1.0, "negative_scale": 400.0, "boundary": 2.0},
        {"balance": 0.0, "distance": "squared_euclidean"},
    ],
)
def test_equals_the_oracle_with_weights_held_constant(settings):
    x = vectors(10)
    expected = oracles.ranked_list(LABELS, x, **settings)
    assert expected.sum() > 0
    single = losses.ranked_list_loss(LABELS, x.astype(np.float32), **settings)
    np.testing.assert_allclose(single, expected, rtol=1e-4, atol=1e-5)

    points = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(points)
        rows = losses.ranked_list_loss(LABELS, points, **settings)
        mean = tf.reduce_mean(rows)
    np.testing.assert_allclose(rows, expected, rtol=1e-9)

    def loss_of(moved):
        return np.mean(oracles.ranked_list(LABELS, moved, held=x, **settings))

    slope = pair_oracles.gradient(loss_of, x)
    np.testing.assert_allclose(tape.gradient(mean, points), slope, rtol=1e-5, atol=1e-7)


def test_a_memory_adds_to_both_sets():
    x = vectors(10)
    memory = Memory(np.array(LABELS[6:]), x[6:], np.full(4, True))
    rows = losses.ranked_list_loss(LABELS[:6], x[:6], memory=memory)
    np.testing.assert_allclose(rows, oracles.ranked_list(LABELS, x, anchors=6), rtol=1e-9)


def test_a_collapsed_batch_is_not_free():
    # pytorch-metric-learning takes a negative at distance zero for none at all.
    rows = losses.ranked_list_loss(LABELS, np.ones((10, 3)))
    np.testing.assert_allclose(rows, 0.5 * 1.2)


def test_a_solved_anchor_costs_nothing():
    x = [[0.0], [0.1], [5.0], [5.1]]
    rows = losses.ranked_list_loss([0, 0, 1, 1], x)
    np.testing.assert_array_equal(rows, np.zeros(4))


@pytest.mark.parametrize("settings", [{"balance": 1.1}, {"margin": 0}, {"boundary": -1}])
def test_refuses_settings_without_sense(settings):
    for refused in (
        losses.RankedListLoss,
        lambda **s: losses.ranked_list_loss([0], [[1.0]], **s),
    ):
        with pytest.raises(ValueError, match=f"Expected {next(iter(settings))} "):
            refused(**settings)
