"""P2SGrad: the slope is the error."""

import numpy as np
import pytest
import tensorflow as tf
from losses.helpers import LABELS, assert_agrees
from oracles import losses_proxy as oracles

from tfmetric.layers import ProxyHead
from tfmetric.losses import P2SGradLoss, p2s_grad_loss

pytestmark = pytest.mark.usefixtures("uncompiled")

COSINES = np.random.default_rng(1).uniform(-0.9, 0.9, (10, 4))


def test_equals_the_oracle():
    assert_agrees(p2s_grad_loss, oracles.p2s_grad, LABELS, COSINES)


def test_slope_is_the_error_of_the_cosine():
    x = tf.Variable(COSINES)
    with tf.GradientTape() as tape:
        rows = p2s_grad_loss(LABELS, x)
    np.testing.assert_allclose(tape.gradient(rows, x), COSINES - np.eye(4)[LABELS])


def test_zero_embeddings_are_finite():
    """pytorch-metric-learning divides by their length, and gives NaN."""
    head, x = ProxyHead(4), tf.Variable(tf.zeros([3, 5]))
    with tf.GradientTape() as tape:
        loss = P2SGradLoss()([0, 1, 2], head(x))
    assert loss == 0.5
    assert np.isfinite(tape.gradient(loss, x)).all()
