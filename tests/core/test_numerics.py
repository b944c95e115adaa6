"""Arithmetic that stays finite, forward and backward, and never hides NaN."""

import numpy as np
import pytest
import tensorflow as tf

from tfmetric._core import _numerics as numerics


def with_gradient(function, x):
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return y.numpy(), tape.gradient(y, x).numpy()


def test_safe_sqrt():
    roots, slopes = with_gradient(numerics.safe_sqrt, [4.0, 0.0, -1e-9, 1e-12])
    np.testing.assert_allclose(roots, [2, 0, 0, 1e-6])
    np.testing.assert_allclose(slopes, [0.25, 0, 0, 5e5])
    assert np.isnan(numerics.safe_sqrt(tf.constant([np.nan])))


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_safe_norm_is_exact_at_every_scale(scale):
    lengths, slopes = with_gradient(
        numerics.safe_norm, np.float32(scale) * np.float32([[3, -4], [0, 0]])
    )
    np.testing.assert_allclose(lengths, scale * np.array([[5], [0]]), rtol=1e-6)
    np.testing.assert_allclose(slopes, [[0.6, -0.8], [0, 0]], rtol=1e-6)


def test_unit_norm_of_zero_is_zero():
    rows, slopes = with_gradient(numerics.unit_norm, [[0.0, 0.0], [0.0, 2.0]])
    assert rows.tolist() == [[0, 0], [0, 1]]
    assert np.isfinite(slopes).all()


def test_masked_logsumexp():
    mask = tf.constant([[True, False, True], [False, False, False]])

    def rows(values):
        return numerics.masked_logsumexp(values, mask)

    sums, slopes = with_gradient(rows, [[1.0, 900.0, 2.0], [1.0, 2.0, 3.0]])
    assert np.isclose(sums[0], np.log(np.e + np.e**2))
    assert -np.inf < sums[1] < -1e36
    softmax = np.array([1, np.e]) / (1 + np.e)
    np.testing.assert_allclose(slopes, [[softmax[0], 0, softmax[1]], [0, 0, 0]], rtol=1e-6)


def test_mean_over_tuples():
    rows = numerics.mean_over_tuples(tf.constant([6.0, 0.0, 3.0]), [2, 0, 1])
    assert np.mean(rows) == 3.0
    assert rows.numpy().tolist() == [6, 0, 3]
    none = numerics.mean_over_tuples(tf.constant([0.0, 0.0]), [0, 0])
    assert none.numpy().tolist() == [0, 0]
    assert np.isnan(numerics.mean_over_tuples(tf.constant([np.nan]), [0]))


def test_nan_if_any():
    assert numerics.nan_if_any(tf.constant([[1.0, np.inf]])) == 0
    assert np.isnan(numerics.nan_if_any(tf.constant([[1.0, np.nan]])))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (tf.float16, tf.float32),
        (tf.bfloat16, tf.float32),
        (tf.int32, tf.float32),
        (tf.float32, tf.float32),
        (tf.float64, tf.float64),
    ],
)
def test_at_least_float32(given, expected):
    assert numerics.at_least_float32(tf.ones(2, given)).dtype == expected
