"""Proxy-Anchor: every proxy against the whole batch."""

import numpy as np
import pytest
import tensorflow as tf
from losses.helpers import LABELS
from oracles import losses as gradients
from oracles import losses_proxy as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")

COSINES = np.random.default_rng(1).uniform(-0.9, 0.9, (10, 6))
# Examples of several classes and of none; class 5 has no example.
SETS = np.array(
    [
        [1, 0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
        [0, 1, 1, 1, 0, 0],
        [0, 0, 0, 0, 1, 0],
    ]
    * 2
)


def members(labels):
    hot = np.eye(6, dtype=int)[labels] if np.ndim(labels) == 1 else labels
    return [np.flatnonzero(column).tolist() for column in hot.T]


@pytest.mark.parametrize("labels", [LABELS, SETS], ids=["ids", "multi-hot"])
@pytest.mark.parametrize(("margin", "scale"), [(0.1, 32.0), (0.0, 2.0)])
def test_mean_of_the_rows_equals_the_oracle(labels, margin, scale):
    def oracle(x):
        return oracles.proxy_anchor(members(labels), x, margin, scale)

    x = tf.Variable(COSINES)
    with tf.GradientTape() as tape:
        rows = losses.proxy_anchor_loss(labels, x, margin=margin, scale=scale)
        mean = tf.reduce_mean(rows)
    assert np.isclose(mean, oracle(COSINES), rtol=1e-9)
    slope = gradients.gradient(oracle, COSINES)
    np.testing.assert_allclose(tape.gradient(mean, x), slope, rtol=1e-5, atol=1e-7)
    single = losses.proxy_anchor_loss(
        labels, COSINES.astype(np.float32), margin=margin, scale=scale
    )
    assert np.isclose(np.mean(single), oracle(COSINES), rtol=1e-5)


def test_examples_bear_equal_shares():
    # Without margin and at cosine zero every sum of n exponentials is n. Two classes:
    # pulls are log(1 + 2), log(1 + 1), pushes are log(1 + 1), log(1 + 2); a mean of two.
    rows = losses.proxy_anchor_loss([0, 0, 1], np.zeros((3, 2)), margin=0.0)
    first = (np.log(3) / 2 / 2 + np.log(3) / 2 / 2) * 3
    last = (np.log(2) / 2 + np.log(2) / 2) * 3
    np.testing.assert_allclose(rows, [first, first, last])


def test_the_pull_is_averaged_over_classes_in_the_batch_alone():
    few = losses.proxy_anchor_loss([0, 1], [[1.0, -1.0], [-1.0, 1.0]])
    many = [[1.0, -1.0, -1.0, -1.0], [-1.0, 1.0, -1.0, -1.0]]
    np.testing.assert_allclose(losses.proxy_anchor_loss([0, 1], many), few, atol=1e-9)


def test_a_batch_without_classes_is_pushed_alone():
    loss = losses.ProxyAnchorLoss(margin=0.0)(np.zeros((3, 2)), np.zeros((3, 2)))
    assert np.isclose(loss, np.log(4))


def test_high_scales_do_not_overflow():
    loss = losses.proxy_anchor_loss([0], [[-1.0, 1.0]], scale=1000.0)
    assert np.isclose(loss[0], 1100 + 1100 / 2, rtol=1e-6)


def test_refuses_settings_without_sense():
    with pytest.raises(ValueError, match="Expected margin >= 0"):
        losses.ProxyAnchorLoss(margin=-0.1)
    with pytest.raises(ValueError, match="Expected scale > 0"):
        losses.ProxyAnchorLoss(scale=0)
    with pytest.raises(ValueError, match="multi-hot labels of zeros and ones"):
        losses.proxy_anchor_loss(SETS * 2, COSINES)
