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


def test_masked_logsumexp_of_columns():
    mask = tf.constant([[True, False, False], [True, False, True]])

    def columns(values):
        return numerics.masked_logsumexp(values, mask, scale=2.0, axis=0)

    sums, slopes = with_gradient(columns, [[1.0, 900.0, 2.0], [2.0, 2.0, 3.0]])
    assert np.isclose(sums[0], np.log(np.exp(2) + np.exp(4)))
    assert -np.inf < sums[1] < -1e36
    assert sums[2] == 6
    shares = np.array([1, np.exp(2)]) / (1 + np.exp(2))
    expected = [[2 * shares[0], 0, 0], [2 * shares[1], 0, 2]]
    np.testing.assert_allclose(slopes, expected, rtol=1e-6)


@pytest.mark.parametrize("scale", [3.0, -2.0, 1e-3])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_masked_logsumexp_of_scaled_values(scale, dtype):
    x = np.array([[1.0, 9.0, -2.0], [500.0, 7.0, 400.0]], dtype)
    mask = np.array([[True, False, True], [True, False, True]])

    def rows(values):
        return numerics.masked_logsumexp(values, tf.constant(mask), scale)

    sums, slopes = with_gradient(rows, x)
    for row in range(2):
        kept = scale * x[row, [0, 2]].astype(np.float64)
        shares = np.exp(kept - kept.max())
        expected = kept.max() + np.log(shares.sum())
        assert np.isclose(sums[row], expected, rtol=1e-6)
        np.testing.assert_allclose(
            slopes[row, [0, 2]], scale * shares / shares.sum(), rtol=1e-4, atol=1e-30
        )
        assert slopes[row, 1] == 0
    hole = np.array([[1.0, 2.0, np.nan]], dtype)
    assert np.isnan(numerics.masked_logsumexp(tf.constant(hole), mask[:1], scale))
    nothing, none = with_gradient(
        lambda v: numerics.masked_logsumexp(v, tf.zeros_like(mask), scale), x
    )
    assert np.isfinite(nothing).all()
    assert (nothing < -1e36).all()
    assert not none.any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softplus(dtype):
    x = np.array([-800, -50, -1, 0, 2, 16.5, 17.5, 18.5, 36, 79, 90, 1e4], dtype)
    values, slopes = with_gradient(numerics.softplus, x)
    wide = x.astype(np.longdouble)
    tolerance = 8 * np.finfo(dtype).eps
    expected = np.logaddexp(np.longdouble(0), wide)
    np.testing.assert_allclose(values, expected.astype(float), rtol=tolerance)
    with np.errstate(over="ignore"):
        sigmoid = 1 / (1 + np.exp(-wide))
    np.testing.assert_allclose(slopes, sigmoid.astype(float), rtol=1e-6, atol=1e-300)
    assert np.isnan(numerics.softplus(tf.constant([np.nan])))


def test_row_sums_have_the_slopes_they_are_given():
    x = np.float32([[1, 2], [3, 4]])
    sums, slopes = with_gradient(
        lambda v: 10 * numerics.row_sums(v, v**2, tf.constant(2 * x)), x
    )
    assert sums.tolist() == [50, 250]
    assert slopes.tolist() == [[20, 40], [60, 80]]


def test_averages_over_tuples():
    # Anchor 0: values 6 and 0; anchor 1: none; anchor 2: 3, 0 and 0.
    tuples = tf.constant([6.0, 0.0, 3.0]), [1, 0, 1], [2, 0, 3]
    for average, expected in (("active", 9 / 2), ("all", 9 / 5), ("anchors", (3 + 1) / 2)):
        rows = numerics.average_tuples(*tuples, average)
        assert np.isclose(np.mean(rows), expected)
    for average in numerics.AVERAGES:
        rows = numerics.average_tuples(tf.constant([np.nan, 0.0]), [0, 0], [0, 0], average)
        assert np.isnan(rows[0])


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
