"""Selectively contrastive triplets."""

import numpy as np
import pytest
import tensorflow as tf
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_ranking as oracles

from tfmetric import losses
from tfmetric._core._pairs import Memory

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize("settings", [{}, {"temperature": 0.7, "hard_weight": 0.4}])
def test_equals_the_oracle(settings):
    function = losses.selectively_contrastive_triplet_loss
    oracle = oracles.selectively_contrastive_triplet
    assert_agrees(function, oracle, LABELS, vectors(10), **settings)


def test_a_memory_adds_positives_and_negatives():
    x = vectors(10)
    memory = Memory(np.array(LABELS[6:]), x[6:], np.full(4, True))
    rows = losses.selectively_contrastive_triplet_loss(LABELS[:6], x[:6], memory=memory)
    expected = oracles.selectively_contrastive_triplet(LABELS, x, anchors=6)
    np.testing.assert_allclose(rows, expected, rtol=1e-9)


def test_a_hard_triplet_leaves_its_positive_alone():
    # The negative of the first is nearer than its positive, whose own is opposite.
    x = tf.constant([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.8, 0.0, 0.6]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        row = losses.selectively_contrastive_triplet_loss([0, 0, 1], x)[0]
    gradient = tape.gradient(row, x).numpy()
    assert not gradient[1].any()
    assert gradient[2].any()
    assert np.isclose(row * 2 / 3, 0.8)  # the mean over two anchors of three examples


def test_a_large_gap_does_not_overflow():
    x = np.float32([[1, 0], [1, 0], [-1, 0]])
    rows = losses.selectively_contrastive_triplet_loss([0, 0, 1], x, temperature=1e-3)
    np.testing.assert_array_equal(rows, np.zeros(3))


def test_refuses_settings_without_sense():
    for settings in ({"temperature": 0}, {"hard_weight": -1}):
        for refused in (
            losses.SelectivelyContrastiveTripletLoss,
            lambda **s: losses.selectively_contrastive_triplet_loss([0], [[1.0]], **s),
        ):
            with pytest.raises(ValueError, match=f"Expected {next(iter(settings))} >"):
                refused(**settings)
