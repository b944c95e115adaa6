"""Unit length, at every scale."""

import numpy as np
import pytest
import tensorflow as tf

from tfmetric.layers import UnitNorm


def vectors(rows, dim=4, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, dim)).astype(np.float32)


@pytest.mark.parametrize("scale", [1e-30, 1e-4, 1.0, 300.0, 1e30])
def test_unit_norm_gives_length_one_at_every_scale(scale):
    x = vectors(5)
    y = UnitNorm()(x * np.float32(scale)).numpy()
    np.testing.assert_allclose(y, x / np.linalg.norm(x, axis=1, keepdims=True), rtol=1e-5)


def test_unit_norm_gradient_is_tangent_and_finite():
    x = tf.Variable([[3.0, 4.0], [0.0, 0.0]])
    with tf.GradientTape() as tape:
        y = UnitNorm()(x)[:, 0]
    # d (x0 / |x|) / dx = (x1², -x0·x1) / |x|³
    expected = [[16 / 125, -12 / 125], [0, 0]]
    np.testing.assert_allclose(tape.gradient(y, x), expected, atol=1e-7)


def test_unit_norm_shows_nan():
    assert np.isnan(UnitNorm()(np.array([[np.nan, 1.0]], np.float32))).all()
