"""What each layer computes, and its gradient."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfmetric._core._bits import pack_bits
from tfmetric.layers import HashHead, Sign, UnitNorm


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


@pytest.mark.parametrize("threshold", [0.0, 0.5])
def test_sign_gives_two_values_and_one_tie_rule(threshold):
    x = np.float32([[threshold, threshold + 1e-6, threshold - 1e-6, 3, -3]])
    y = Sign(threshold=threshold)(x).numpy()
    assert y.tolist() == [[-1, 1, -1, 1, -1]]
    np.testing.assert_array_equal(pack_bits(y), pack_bits(x - np.float32(threshold)))


def test_sign_passes_the_gradient_through():
    x, weights = tf.Variable([[-2.0, 0.0, 0.1]]), tf.constant([[1.0, 2.0, 3.0]])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(weights * Sign()(x))
    np.testing.assert_array_equal(tape.gradient(loss, x), weights)


def test_hash_head_is_tanh_of_normalised_projections():
    x = vectors(64)
    head = HashHead(3, threshold=0.25)
    u = head(x, training=True).numpy()
    projected = x @ head.project.get_weights()[0]
    spread = np.sqrt(projected.var(0) + head.center.epsilon)
    expected = np.tanh((projected - projected.mean(0)) / spread - 0.25)
    np.testing.assert_allclose(u, expected, atol=1e-5)


def test_hash_head_at_rest_uses_the_running_statistics():
    x = vectors(8)
    head = HashHead(3)
    head(x)
    head.center.moving_mean.assign([1.0, 2.0, 3.0])
    projected = x @ head.project.get_weights()[0]
    expected = np.tanh((projected - [1, 2, 3]) / np.sqrt(1 + head.center.epsilon))
    np.testing.assert_allclose(head(x), expected, atol=1e-5)
    assert head(x[:1]).shape == (1, 3)


def test_hash_head_splits_every_bit_near_the_middle():
    x = vectors(256) + 7
    codes = HashHead(16)(x, training=True).numpy() > 0
    assert np.all(np.abs(codes.mean(0) - 0.5) < 0.15)


def test_hash_head_says_float32_and_gives_it():
    policy = keras.mixed_precision.DTypePolicy("mixed_float16")
    inputs = keras.Input((4,))
    outputs = HashHead(3, dtype=policy)(inputs)
    assert outputs.dtype == "float32"
    assert outputs.shape == (None, 3)
    assert keras.Model(inputs, outputs)(vectors(2)).dtype == tf.float32


@pytest.mark.parametrize("bits", [0, -1, 2.5, "8", True])
def test_hash_head_refuses_a_length_without_sense(bits):
    with pytest.raises(ValueError, match="Expected bits to be a whole number"):
        HashHead(bits)
