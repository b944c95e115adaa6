"""SphereFace: the multiplied angle as a polynomial."""

import math

import numpy as np
import pytest
import tensorflow as tf
from losses.helpers import LABELS, assert_agrees
from oracles import losses_proxy as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")

COSINES = np.random.default_rng(1).uniform(-0.95, 0.95, (10, 4))


@pytest.mark.parametrize("margin", [1, 2, 3, 4])
@pytest.mark.parametrize("easing", [0, 5])
def test_equals_the_oracle(margin, easing):
    assert_agrees(
        losses.sphereface_loss,
        oracles.sphereface,
        LABELS,
        COSINES,
        margin=margin,
        easing=easing,
        scale=4.0,
    )


@pytest.mark.parametrize("margin", [2, 4, 5])
def test_loss_falls_without_a_jump_as_the_own_cosine_rises(margin):
    own = np.cos(np.linspace(math.pi, 0, 1001))
    cosines = np.stack([own, np.zeros_like(own)], axis=1)
    settings = {"margin": margin, "easing": 0.0, "scale": 1.0}
    rows = losses.sphereface_loss([0] * 1001, cosines, **settings)
    assert (np.diff(rows) < 1e-9).all()
    assert np.diff(rows).min() > -margin * math.pi / 1000 * 1.001


def test_slope_at_the_ends():
    """d cos(m t) / d cos(t) is m² at t = 0 and at t = pi."""
    own = tf.Variable([[1.0, 0.5], [-1.0, 0.5]], dtype=tf.float64)
    with tf.GradientTape() as tape:
        rows = losses.sphereface_loss([0, 0], own, margin=4, easing=0.0, scale=1.0)
    # psi is 1 and 1 - 2 · 4; the loss log(1 + exp(0.5 - psi)) has slope -m² · sigmoid.
    sigmoid = [1 / (1 + math.exp(psi - 0.5)) for psi in (1, -7)]
    expected = [-16 * sigmoid[0], -16 * sigmoid[1]]
    np.testing.assert_allclose(tape.gradient(rows, own)[:, 0], expected, rtol=1e-9)


def test_easing_without_end_is_softmax():
    np.testing.assert_allclose(
        losses.sphereface_loss(LABELS, COSINES, easing=1e12, scale=20.0),
        losses.normalized_softmax_loss(LABELS, COSINES, temperature=0.05),
        rtol=1e-6,
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"margin": 1.5}, "margin to be a whole number"),
        ({"margin": 0}, "margin to be a whole number"),
        ({"easing": -1}, "easing >= 0"),
        ({"scale": 0}, "scale > 0"),
    ],
)
def test_refuses_settings_without_sense(settings, message):
    for refused in (
        lambda: losses.SphereFaceLoss(**settings),
        lambda: losses.sphereface_loss(LABELS, COSINES, **settings),
    ):
        with pytest.raises(ValueError, match=f"Expected {message}"):
            refused()
