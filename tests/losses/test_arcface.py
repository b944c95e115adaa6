"""ArcFace: its values, its margin, and the corners of its slope."""

import math

import numpy as np
import pytest
import tensorflow as tf
from losses.helpers import LABELS, assert_agrees
from oracles import losses_proxy as oracles

from tfmetric import losses
from tfmetric.layers import ProxyHead

pytestmark = pytest.mark.usefixtures("uncompiled")

COSINES = np.random.default_rng(1).uniform(-0.9, 0.9, (10, 4))


@pytest.mark.parametrize("margin", [0.0, 0.5, 1.5, [0.1, 0.9, 0.3, 1.2]])
@pytest.mark.parametrize("scale", [1.0, 64.0])
def test_equals_the_oracle(margin, scale):
    assert_agrees(
        losses.arcface_loss, oracles.arcface, LABELS, COSINES, margin=margin, scale=scale
    )


def test_both_branches_are_exercised():
    own = COSINES[np.arange(10), LABELS]
    assert (own < -math.cos(1.5)).any()
    assert (own > -math.cos(1.5)).any()


@pytest.mark.parametrize("margin", [0.5, 1.2, math.pi / 2])
def test_loss_falls_as_the_own_cosine_rises(margin):
    own = np.linspace(-1, 1, 201, dtype=np.float32)
    cosines = np.stack([own, np.zeros_like(own)], axis=1)
    rows = losses.arcface_loss([0] * 201, cosines, margin=margin, scale=4.0)
    assert (np.diff(rows) < 0).all()


def test_no_margin_is_normalised_softmax():
    np.testing.assert_allclose(
        losses.arcface_loss(LABELS, COSINES, margin=0.0, scale=20.0),
        losses.normalized_softmax_loss(LABELS, COSINES, temperature=0.05),
        rtol=1e-12,
    )


@pytest.mark.parametrize("length", [1.0, -1.0, 1e-4, -300.0])
def test_slope_is_finite_where_an_example_is_its_proxy_or_opposite(length):
    """OML gives NaN there: the slope of sqrt(1 - cos²) is infinite."""
    proxies = np.random.default_rng(2).normal(size=(4, 8)).astype(np.float32)
    layer = ProxyHead(4)
    layer.build((None, 8))
    layer.set_weights([proxies])
    x = tf.Variable(proxies * np.float32(length))
    with tf.GradientTape() as tape:
        loss = losses.ArcFaceLoss()(np.arange(4), layer(x))
    for slope in tape.gradient(loss, [x, layer.proxies.value]):
        assert np.isfinite(slope).all()
    cosines = tf.Variable([[1.0, 0.5], [-1.0, 0.5]])
    with tf.GradientTape() as tape:
        loss = losses.ArcFaceLoss()([0, 0], cosines)
    assert np.isfinite(tape.gradient(loss, cosines)).all()


def test_hopeless_examples_do_not_overflow():
    # 64 · (1 - (-1 - 0.5 sin 0.5))
    expected = 64 * (2 + 0.5 * math.sin(0.5))
    assert np.isclose(losses.arcface_loss([0], [[-1.0, 1.0]])[0], expected, rtol=1e-6)


@pytest.mark.parametrize("margin", [28.6, -0.1, 1.6, np.nan, [], [0.5, 1.6], "0.5", None])
def test_refuses_degrees_and_other_margins_without_sense(margin):
    for refused in (
        lambda: losses.ArcFaceLoss(margin=margin),
        lambda: losses.SubCenterArcFaceLoss(margin=margin),
        lambda: losses.CurricularFaceLoss(margin=margin),
        lambda: losses.arcface_loss(LABELS, COSINES, margin=margin),
    ):
        with pytest.raises(ValueError, match="Expected margin in radians"):
            refused()


def test_refuses_margins_for_another_number_of_classes():
    loss = losses.ArcFaceLoss(margin=[0.1, 0.2, 0.3])
    with pytest.raises(ValueError, match="one margin for each of 4 classes. Received: 3"):
        loss(LABELS, COSINES)


def test_margins_of_an_array_are_saved_as_numbers():
    counts = np.array([1000, 10, 100, 1])
    loss = losses.ArcFaceLoss(margin=0.5 * counts**-0.25 + 0.05)
    again = losses.ArcFaceLoss.from_config(loss.get_config())
    assert again.get_config()["margin"][3] == 0.55
    assert again(LABELS, COSINES) == loss(LABELS, COSINES)


def test_refuses_a_scale_of_zero():
    with pytest.raises(ValueError, match="Expected scale > 0"):
        losses.ArcFaceLoss(scale=0)
