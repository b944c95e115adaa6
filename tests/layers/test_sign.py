"""The sign, its tie rule, and the gradients that stand in for its own."""

import numpy as np
import pytest
import tensorflow as tf

from tfmetric._core._bits import pack_bits
from tfmetric.layers import Sign


@pytest.mark.parametrize("threshold", [0.0, 0.5])
def test_gives_two_values_and_one_tie_rule(threshold):
    x = np.float32([[threshold, threshold + 1e-6, threshold - 1e-6, 3, -3]])
    y = Sign(threshold=threshold)(x).numpy()
    assert y.tolist() == [[-1, 1, -1, 1, -1]]
    np.testing.assert_array_equal(pack_bits(y), pack_bits(x - np.float32(threshold)))


@pytest.mark.parametrize(
    ("estimator", "slopes"),
    [
        ("identity", [1, 1, 1, 1]),
        ("tanh", [1 / np.cosh(2.5) ** 2, 1 / np.cosh(0.5) ** 2, 1, 1 / np.cosh(0.4) ** 2]),
        ("clipped", [0, 1, 1, 1]),
    ],
)
def test_gradient_is_that_of_the_estimator_around_the_threshold(estimator, slopes):
    x = tf.Variable([[-2.0, 0.0, 0.5, 0.9]])
    weights = tf.constant([[1.0, 2.0, 3.0, 4.0]])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(weights * Sign(0.5, estimator)(x))
    np.testing.assert_allclose(tape.gradient(loss, x), weights * [slopes], rtol=1e-5)


def test_nan_is_no_bit():
    assert np.isnan(Sign()(np.float32([np.nan]))).all()


def test_refuses_an_unknown_estimator():
    with pytest.raises(ValueError, match="Expected estimator to be one of 'clipped'"):
        Sign(estimator="swish")
