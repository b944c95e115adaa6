"""All triplets and all quadruplets, without a tensor of their size."""

import numpy as np
import pytest
import tensorflow as tf

from tfmetric import losses

BATCH = 64
FUNCTIONS = {"triplet": losses.triplet_loss, "quadruplet": losses.quadruplet_loss}


def batch(rows, classes, seed=0):
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, size=rows)
    return labels, generator.normal(size=(rows, 8)).astype(np.float32)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_tensor_is_cubic(name):
    @tf.function
    def loss_and_gradient(labels, x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_mean(FUNCTIONS[name].__wrapped__(labels, x))
        return loss, tape.gradient(loss, x)

    graph = loss_and_gradient.get_concrete_function(
        tf.TensorSpec([BATCH], tf.int32), tf.TensorSpec([BATCH, 8])
    ).graph
    shapes = [out.shape for op in graph.get_operations() for out in op.outputs]
    known = [shape.num_elements() for shape in shapes if shape.is_fully_defined()]
    assert max(known) <= 4 * BATCH**2
    assert len(known) > 0.7 * len(shapes)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_batch_of_768_runs(name, uncompiled):
    # Half a billion triplets, hundreds of billions of quadruplets, twice.
    labels, x = batch(768, 24)
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_mean(FUNCTIONS[name](labels, x))
    assert np.isfinite(loss)
    assert np.isfinite(tape.gradient(loss, x)).all()


@pytest.mark.parametrize("average", ["active", "all"])
def test_triplets_equal_their_cubic_array(average, uncompiled):
    labels, x = batch(BATCH, 9)
    x64 = x.astype(np.float64)
    d = np.square(x64[:, None] - x64[None]).sum(-1)
    same = labels[:, None] == labels
    triplets = (same & ~np.eye(BATCH, dtype=bool))[:, :, None] & ~same[:, None, :]
    hinges = np.maximum(d[:, :, None] - d[:, None, :] + 0.2, 0) * triplets
    count = np.sum(hinges > 0) if average == "active" else np.sum(triplets)
    rows = losses.triplet_loss(labels, x, average=average)
    np.testing.assert_allclose(rows, hinges.sum((1, 2)) * BATCH / count, rtol=1e-5)


@pytest.mark.parametrize("average", ["active", "all"])
def test_quadruplets_equal_their_list(average, uncompiled):
    labels, x = batch(BATCH, 9)
    x64 = x.astype(np.float64)
    d = np.square(x64[:, None] - x64[None]).sum(-1)
    hinges, count = np.zeros(BATCH), 0
    for a, label in enumerate(labels):
        mates = np.flatnonzero((labels == label) & (np.arange(BATCH) != a))
        others = (
            (labels[:, None] != labels) & (labels[:, None] != label) & (labels != label)
        )
        gaps = d[a][mates][:, None] - d[others] + 0.1
        hinges[a] = np.maximum(gaps, 0).sum()
        count += np.sum(gaps > 0) if average == "active" else gaps.size
    triplets = losses.triplet_loss(labels, x, average=average)
    rows = losses.quadruplet_loss(labels, x, average=average)
    np.testing.assert_allclose(rows - triplets, hinges * BATCH / count, rtol=2e-5)
