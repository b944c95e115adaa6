"""One batch, and the comparison of a loss with its oracle: values, then gradients."""

import numpy as np
import tensorflow as tf
from oracles import losses as oracles

# Four classes of 4, 3, 2 and 1 examples, out of order.
LABELS = [3, 0, 1, 0, 2, 1, 0, 2, 1, 0]
GOLDEN_LABELS = [0, 0, 1, 1, 2, 2]
GOLDEN = [[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8], [0.6, -0.8], [-1, 0]]


def vectors(rows, dim=3, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, dim))


def assert_agrees(function, oracle, labels, x, **settings):
    """`function` equals `oracle` in float32 and float64, and its slope that of `oracle`."""
    expected = oracle(labels, x, **settings)
    assert np.sum(expected) > 0, "the fixture does not exercise the loss"
    single = function(labels, x.astype(np.float32), **settings)
    assert single.dtype == tf.float32
    np.testing.assert_allclose(single, expected, rtol=1e-5, atol=1e-5)

    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        rows = function(labels, x, **settings)
        mean = tf.reduce_mean(rows)
    np.testing.assert_allclose(rows, expected, rtol=1e-9, atol=1e-9)
    slope = oracles.gradient(lambda v: np.mean(oracle(labels, v, **settings)), x)
    np.testing.assert_allclose(tape.gradient(mean, x), slope, rtol=1e-5, atol=1e-7)


def assert_tuples_agree(function, oracle, tuples, **settings):
    """The same for a loss of tuples that takes a target it does not use."""
    assert_agrees(
        lambda _, x, **kw: function(None, x, **kw),
        lambda _, x, **kw: oracle(x, **kw),
        None,
        tuples,
        **settings,
    )
