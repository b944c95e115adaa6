"""SimSiam: the oracle, and that projections stand still."""

import numpy as np
import pytest
import tensorflow as tf
from oracles import losses as shared
from oracles import losses_views as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")


def outputs(rows=5, dim=3):
    return np.random.default_rng(0).normal(size=(rows, 4, dim))


def test_equals_the_oracle():
    x = outputs()
    expected = oracles.simsiam(x)
    np.testing.assert_allclose(losses.simsiam_loss(None, x), expected, rtol=1e-9)
    single = losses.simsiam_loss(None, x.astype(np.float32))
    np.testing.assert_allclose(single, expected, rtol=1e-5, atol=1e-6)


def test_gradient_is_that_of_the_predictions_alone():
    x = outputs()
    moving = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(moving)
        mean = tf.reduce_mean(losses.simsiam_loss(None, moving))
    found = tape.gradient(mean, moving).numpy()
    slope = shared.gradient(lambda v: np.mean(oracles.simsiam(v)), x)
    assert np.abs(slope[:, 2:]).max() > 0.01
    np.testing.assert_allclose(found[:, :2], slope[:, :2], rtol=1e-5, atol=1e-8)
    assert not found[:, 2:].any()


def test_goes_from_one_to_minus_one():
    a, b = [2.0, 0.0], [-1.0, 0.0]
    rows = losses.simsiam_loss(None, [[a, b, b, a], [a, b, a, b], [a, a, a, b]])
    np.testing.assert_allclose(rows, [-1.0, 1.0, 0.0], atol=1e-7)
