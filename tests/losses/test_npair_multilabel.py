"""Multi-label N-pair loss."""

import numpy as np
import pytest
import tensorflow as tf
from losses.helpers import GOLDEN, GOLDEN_LABELS, LABELS, assert_agrees, vectors
from oracles import losses_rows as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")

SETS = [{0, 2}, {2}, {1}, {0, 1, 2}, {0}, {0, 1}]
MULTI_HOT = np.array([[c in row for c in range(3)] for row in SETS], np.int32)


def test_equals_the_oracle():
    def loss(labels, x):
        return losses.npair_multilabel_loss(MULTI_HOT, x)

    assert_agrees(loss, oracles.npair_multilabel, SETS, vectors(6))


def test_ids_equal_the_oracle():
    def oracle(labels, x):
        return oracles.npair_multilabel([{label} for label in labels], x)

    assert_agrees(losses.npair_multilabel_loss, oracle, LABELS, vectors(10))


def test_gives_the_value_of_tensorflow_addons():
    """`tfa.losses.npairs_loss` of all products, one label each."""
    rows = losses.npair_multilabel_loss(GOLDEN_LABELS, np.array(GOLDEN))
    assert np.isclose(np.mean(rows), 1.438213, atol=1e-6)


def test_an_example_without_labels_costs_nothing():
    # tensorflow-addons divides by its number of shared labels, zero.
    labels = MULTI_HOT.copy()
    labels[4] = 0
    points = tf.constant(vectors(6))
    with tf.GradientTape() as tape:
        tape.watch(points)
        rows = losses.npair_multilabel_loss(labels, points)
    sets = [*SETS[:4], set(), SETS[5]]
    shared = [row for i, row in enumerate(rows.numpy()) if i != 4]
    named = [i for i in range(6) if i != 4]
    s = np.array(oracles.products(points.numpy()))
    every = np.log(np.exp(s).sum(1))
    for i, row in zip(named, shared, strict=True):
        counts = np.array([len(sets[i] & other) for other in sets])
        assert np.isclose(row, np.sum(counts * (every[i] - s[i])) / counts.sum())
    assert rows[4] == 0
    assert np.isfinite(tape.gradient(rows, points)).all()


def test_no_labels_at_all_give_no_gradient():
    points = tf.constant(vectors(3))
    with tf.GradientTape() as tape:
        tape.watch(points)
        rows = losses.npair_multilabel_loss(np.zeros((3, 4)), points)
    assert not np.any(rows)
    assert not np.any(tape.gradient(rows, points))


def test_one_label_too_few_is_refused():
    with pytest.raises(ValueError, match="Expected one label for each row"):
        losses.npair_multilabel_loss(MULTI_HOT[:5], vectors(6))
