"""The regularizer of centers of one class."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from oracles import losses as gradients
from oracles import losses_proxy as oracles

from tfmetric.layers import SimilarCenters

PROXIES = np.random.default_rng(0).normal(size=(3, 4, 5))


def test_equals_the_oracle():
    proxies = tf.Variable(PROXIES)
    with tf.GradientTape() as tape:
        value = SimilarCenters(0.3)(proxies)
    assert np.isclose(value, oracles.similar_centers(PROXIES, 0.3), rtol=1e-9)
    slope = gradients.gradient(lambda p: oracles.similar_centers(p, 0.3), PROXIES)
    np.testing.assert_allclose(tape.gradient(value, proxies), slope, rtol=1e-5, atol=1e-8)


def test_equal_and_zero_centers_are_finite():
    equal = np.ones((2, 3, 4), np.float32)
    for proxies in (equal, equal * 0):
        proxies = tf.Variable(proxies)
        with tf.GradientTape() as tape:
            value = SimilarCenters()(proxies)
        assert 0 <= value < 0.2 * 2**0.5
        assert np.isfinite(tape.gradient(value, proxies)).all()


def test_keras_saves_it():
    regularizer = keras.regularizers.serialize(SimilarCenters(0.7))
    assert keras.regularizers.deserialize(regularizer).weight == 0.7


def test_refuses_what_has_no_sense():
    with pytest.raises(ValueError, match="Expected weight >= 0"):
        SimilarCenters(-1)
    for shape in ((4, 5), (4, 1, 5)):
        with pytest.raises(ValueError, match="Expected proxies of several centers"):
            SimilarCenters()(np.ones(shape))
