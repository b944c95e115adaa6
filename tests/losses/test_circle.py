"""Circle loss."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from losses.helpers import GOLDEN, GOLDEN_LABELS, LABELS, vectors
from oracles import losses as pair_oracles
from oracles import losses_rows as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"margin": 0.25, "scale": 7.0},
        {"average": "all"},
        {"average": "anchors", "scale": 3.0},
    ],
)
def test_equals_the_oracle_with_weights_held_constant(settings):
    x = vectors(10)
    expected = oracles.circle(LABELS, x, **settings)
    single = losses.circle_loss(LABELS, x.astype(np.float32), **settings)
    np.testing.assert_allclose(single, expected, rtol=1e-5, atol=1e-5)

    points = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(points)
        rows = losses.circle_loss(LABELS, points, **settings)
        mean = tf.reduce_mean(rows)
    np.testing.assert_allclose(rows, expected, rtol=1e-9, atol=1e-12)

    def loss_of(moved):
        return np.mean(oracles.circle(LABELS, moved, weights_of=x, **settings))

    slope = pair_oracles.gradient(loss_of, x)
    np.testing.assert_allclose(tape.gradient(mean, points), slope, rtol=1e-5, atol=1e-6)


def test_gives_the_values_of_keras_on_unit_vectors():
    expected = keras.losses.Circle(reduction=None)(
        np.array(GOLDEN_LABELS), np.float32(GOLDEN)
    )
    rows = losses.circle_loss(GOLDEN_LABELS, np.float32(GOLDEN), average="all")
    np.testing.assert_allclose(rows, expected, rtol=1e-5)


def test_an_anchor_without_a_positive_or_a_negative_costs_nothing():
    x = vectors(4)
    for labels in ([1] * 4, [1, 2, 3, 4]):
        assert not np.any(losses.circle_loss(labels, x))


def test_a_large_scale_stays_finite():
    # Twice 1.4 · 0.6 · 1000 beyond the float32 range of an exponential: positive
    # opposite, negative on the anchor.
    x = np.float32([[1, 0], [-1, 0], [1, 0]])
    rows = losses.circle_loss([0, 0, 1], x, scale=1000, average="all")
    assert np.isclose(rows[0], 1000 * (2.4 * 1.6 + 1.4 * 0.6), rtol=1e-6)


def test_refuses_settings_without_sense():
    with pytest.raises(ValueError, match="Expected scale > 0"):
        losses.CircleLoss(scale=0)
    with pytest.raises(ValueError, match="Expected margin to be a finite number"):
        losses.circle_loss([0], [[1.0]], margin=None)
