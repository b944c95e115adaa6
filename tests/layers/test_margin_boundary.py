"""The layer of learned boundaries, alone and under its loss."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfmetric.layers import MarginBoundary, UnitNorm
from tfmetric.losses import LearnedMarginLoss

X = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)
LABELS = np.array([2, 0, 1, 0, 2, 1, 0, 2])


@pytest.mark.parametrize(("num_classes", "columns"), [(None, 1), (1, 1), (4, 4)])
def test_writes_boundaries_behind_what_it_is_given(num_classes, columns):
    outputs = MarginBoundary(num_classes, initial=0.75)(X).numpy()
    np.testing.assert_array_equal(outputs[:, :3], X)
    np.testing.assert_array_equal(outputs[:, 3:], np.full((8, columns), 0.75))


def test_the_gradient_of_a_boundary_is_that_of_all_its_rows():
    layer, x = MarginBoundary(2), tf.Variable(X)
    weights = np.random.default_rng(1).normal(size=(8, 5)).astype(np.float32)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(layer(x) * weights)
    by_boundary, by_x = tape.gradient(total, [layer.boundary, x])
    np.testing.assert_allclose(by_boundary, weights[:, 3:].sum(0), rtol=1e-5)
    np.testing.assert_array_equal(by_x, weights[:, :3])


def trained(num_classes, regularization=0.0):
    layer = MarginBoundary(num_classes)
    model = keras.Sequential([keras.Input((3,)), UnitNorm(), layer])
    loss = LearnedMarginLoss(num_classes=num_classes, regularization=regularization)
    eagerly = tf.config.functions_run_eagerly()
    model.compile(keras.optimizers.SGD(0.1), loss=loss, run_eagerly=eagerly)
    model.train_on_batch(X, LABELS)
    return layer.boundary.numpy()


def steps():
    """How far the active pairs of each anchor draw its boundary."""
    x = X / np.linalg.norm(X, axis=1, keepdims=True)
    d = np.linalg.norm(x[:, None] - x, axis=2)
    same = np.equal.outer(LABELS, LABELS)
    near = np.sum((d > 1.2 - 0.2) & same, axis=1)
    far = np.sum((d < 1.2 + 0.2) & ~same, axis=1)
    return 0.1 * (near - far) / np.sum(near + far)


def test_a_step_moves_one_boundary_by_its_active_pairs(uncompiled):
    expected = 1.2 + np.sum(steps())
    assert abs(expected - 1.2) > 0.005
    np.testing.assert_allclose(trained(None), [expected], rtol=1e-5)
    np.testing.assert_allclose(trained(None, 0.5), [expected - 0.1 * 0.5], rtol=1e-5)


def test_a_step_moves_the_boundaries_of_classes_in_the_batch():
    expected = np.full(5, 1.2)
    np.add.at(expected, LABELS, steps())
    assert len(np.unique(expected)) > 2
    np.testing.assert_allclose(trained(5), expected, rtol=1e-5)


def test_refuses_settings_without_sense():
    with pytest.raises(ValueError, match="Expected num_classes to be a whole number"):
        MarginBoundary(num_classes=0)
    with pytest.raises(ValueError, match="Expected initial to be a finite number"):
        MarginBoundary(initial="1.2")
