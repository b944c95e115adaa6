"""What losses cost: no tensor beyond the square of the batch, whatever they sum over."""

import numpy as np
import pytest
import tensorflow as tf
from conformance.exports import BATCH_LOSSES, label, with_variants
from tensorflow.python.framework import op_callbacks

from tfmetric import losses, miners
from tfmetric.losses import _engine, _soft_counts

BATCH = 64
FUNCTIONS = {"triplet": losses.triplet_loss, "quadruplet": losses.quadruplet_loss}
QUADRATIC = [
    *with_variants(BATCH_LOSSES),
    (losses.TripletLoss, {"soft": True, "swap": True, "strategy": "hard"}),
    (losses.TripletLoss, {"soft": True, "swap": True, "strategy": "semihard"}),
]


def batch(rows, classes, seed=0):
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, size=rows)
    return labels, generator.normal(size=(rows, 8)).astype(np.float32)


def largest_tensor(loss, labels, x):
    """How many numbers the largest result of an operation has, forward and backward."""
    sizes = []

    def note(op_type, inputs, attrs, outputs, op_name=None, graph=None):
        sizes.extend(each.shape.num_elements() for each in outputs)

    x = tf.constant(x)
    op_callbacks.add_op_callback(note)
    try:
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = loss(labels, x)
        tape.gradient(value, x)
    finally:
        op_callbacks.remove_op_callback(note)
    return max(sizes)


@pytest.mark.parametrize("case", QUADRATIC, ids=label)
def test_no_tensor_is_larger_than_the_square(case, uncompiled, monkeypatch):
    # Blocks, which may be as large as fits a cache, of no more than this batch squared.
    monkeypatch.setattr(_engine, "CELLS", BATCH**2)
    monkeypatch.setattr(_soft_counts, "_BLOCK", BATCH**2)
    item, settings = case
    _, x = batch(BATCH, 4)
    labels = np.arange(BATCH) % 4  # 15 positives each: a block of all has 15 squares
    assert largest_tensor(item(**settings), labels, x) <= 2 * BATCH**2


def test_listed_triplets_are_seen_to_be_cubic(uncompiled):
    labels, x = batch(BATCH, 4)
    loss = losses.TripletLoss(strategy=miners.AllTripletsMiner())
    assert largest_tensor(loss, labels, x) >= BATCH**3


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
    for a, own in enumerate(labels):
        mates = np.flatnonzero((labels == own) & (np.arange(BATCH) != a))
        others = (labels[:, None] != labels) & (labels[:, None] != own) & (labels != own)
        gaps = d[a][mates][:, None] - d[others] + 0.1
        hinges[a] = np.maximum(gaps, 0).sum()
        count += np.sum(gaps > 0) if average == "active" else gaps.size
    triplets = losses.triplet_loss(labels, x, average=average)
    rows = losses.quadruplet_loss(labels, x, average=average)
    np.testing.assert_allclose(rows - triplets, hinges * BATCH / count, rtol=2e-5)
