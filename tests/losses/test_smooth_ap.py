"""Smooth-AP, and the soft counts that rankings share."""

import numpy as np
import pytest
import tensorflow as tf
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_ranking as oracles

from tfmetric import losses
from tfmetric._core._pairs import Memory
from tfmetric.losses import _soft_counts

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize("temperature", [0.01, 0.1, 1.0])
def test_equals_the_oracle(temperature):
    settings = {"temperature": temperature}
    assert_agrees(losses.smooth_ap_loss, oracles.smooth_ap, LABELS, vectors(10), **settings)


@pytest.mark.parametrize(
    "labels",
    [
        [0, 0, 0, 1, 1, 1, 2, 2, 2],
        [0, 1, 2, 0, 1, 2, 0, 1, 2],
        [0, 0, 1, 1, 2, 2, 3, 3, 4],
        [5, 5, 5, 5, 5, 5, 5, 1, 9],
        [0, 1, 0, 1, 0, 1, 0, 1, 0],
    ],
)
def test_classes_of_any_size_and_order_are_ranked_right(labels):
    # pytorch-metric-learning is right only for classes one after the other, as many of
    # them as each has examples.
    x = vectors(9, dim=4, seed=3)
    expected = oracles.smooth_ap(labels, x, temperature=0.05)
    rows = losses.smooth_ap_loss(labels, x, temperature=0.05)
    np.testing.assert_allclose(rows, expected, rtol=1e-9)


def test_is_the_average_precision_of_a_clear_ranking():
    # Places of the positives of the first: 1, 3 and 4 of five others.
    angles = np.radians([0, 10, 20, 30, 40, 50])
    x = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    rows = losses.smooth_ap_loss([0, 0, 1, 0, 0, 2], x, temperature=1e-4)
    assert np.isclose(rows[0] * 4 / 6, 1 - (1 / 1 + 2 / 3 + 3 / 4) / 3)


def test_a_memory_is_ranked_with_the_batch():
    x = vectors(10)
    memory = Memory(np.array(LABELS[6:]), x[6:], np.full(4, True))
    rows = losses.smooth_ap_loss(LABELS[:6], x[:6], temperature=0.2, memory=memory)
    expected = oracles.smooth_ap(LABELS, x, temperature=0.2, anchors=6)
    np.testing.assert_allclose(rows, expected, rtol=1e-9)


@pytest.mark.parametrize("block", [1, 40, 100, 10_000])
def test_blocks_of_any_size_give_the_same(block, monkeypatch):
    made = []
    above = _soft_counts._above

    def recorded(values, thresholds):
        made.append(above(values, thresholds))
        return made[-1]

    monkeypatch.setattr(_soft_counts, "_above", recorded)
    monkeypatch.setattr(_soft_counts, "_BLOCK", block)
    values, thresholds = tf.constant(vectors(7, 5)), tf.constant(vectors(7, 4, seed=1))
    weights = vectors(7, 4, seed=2)
    with tf.GradientTape() as tape:
        tape.watch([values, thresholds])
        counts = _soft_counts.soft_counts(values, thresholds)
        total = tf.reduce_sum(counts * weights)
    steps = 1 / (1 + np.exp(thresholds[:, :, None] - values[:, None, :]))
    np.testing.assert_allclose(counts, steps.sum(2), rtol=1e-12)
    slopes = steps * (1 - steps) * weights[:, :, None]
    by_values, by_thresholds = tape.gradient(total, [values, thresholds])
    np.testing.assert_allclose(by_values, slopes.sum(1), rtol=1e-9)
    np.testing.assert_allclose(by_thresholds, -slopes.sum(2), rtol=1e-9)
    assert max(tf.size(each) for each in made) <= max(block, 4 * 5)


def test_no_examples_give_no_counts():
    assert _soft_counts.soft_counts(tf.zeros((0, 0)), tf.zeros((0, 0))).shape == (0, 0)


def test_refuses_a_temperature_of_zero():
    for refused in (
        losses.SmoothAPLoss,
        lambda **s: losses.smooth_ap_loss([0], [[1.0]], **s),
    ):
        with pytest.raises(ValueError, match="Expected temperature > 0"):
            refused(temperature=0)
