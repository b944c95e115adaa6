"""Tuplet margin loss."""

import numpy as np
import pytest
import tensorflow as tf
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_rows as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"margin": 0.4, "scale": 5.0},
        {"margin": 0.0, "average": "active"},
        {"average": "anchors"},
    ],
)
def test_equals_the_oracle(settings):
    assert_agrees(
        losses.tuplet_margin_loss, oracles.tuplet_margin, LABELS, vectors(10), **settings
    )


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_duplicate_positives_are_finite(kind):
    # pytorch-metric-learning 2.9 gives NaN: the arc cosine of a cosine just above one.
    x = np.repeat(vectors(5), 2, axis=0).astype(kind)
    points = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(points)
        rows = losses.tuplet_margin_loss(np.repeat(np.arange(5), 2), points)
        mean = tf.reduce_mean(rows)
    assert np.isfinite(tape.gradient(mean, points)).all()
    s = np.array(oracles.cosines(x))
    others = np.repeat(np.repeat(1 - np.eye(5), 2, axis=0), 2, axis=1)
    # The positive is at angle zero.
    expected = np.log1p(np.sum(others * np.exp(64 * (s - np.cos(0.1))), axis=1))
    np.testing.assert_allclose(rows, expected, rtol=1e-2)


def test_margin_is_an_angle_by_which_positives_may_be_further():
    degrees = np.radians([0, 30, 20, 180])
    x = np.stack([np.cos(degrees), np.sin(degrees)], axis=1)
    rows = losses.tuplet_margin_loss(
        [0, 0, 1, 2], x, margin=np.radians(10), scale=1000, average="all"
    )
    # Anchor 0: positive at 30 - 10, negative at 20 degrees: log(1 + exp(0)); anchor 1: its
    # negative is at 10 degrees.
    hopeless = 1000 * (np.cos(np.radians(10)) - np.cos(np.radians(20)))
    np.testing.assert_allclose(rows, [2 * np.log(2), 2 * hopeless, 0, 0], rtol=1e-6)


def test_refuses_settings_without_sense():
    with pytest.raises(ValueError, match="Expected margin >= 0"):
        losses.TupletMarginLoss(margin=-0.1)
    with pytest.raises(ValueError, match="Expected scale > 0"):
        losses.tuplet_margin_loss([0], [[1.0]], scale=0)
