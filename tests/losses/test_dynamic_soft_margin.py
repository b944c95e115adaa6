"""Dynamic soft margin loss."""

import numpy as np
import pytest
import tensorflow as tf
from losses.helpers import LABELS, vectors
from oracles import losses as pair_oracles
from oracles import losses_ranking as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize("distance", ["euclidean", "cosine"])
def test_equals_the_oracle_with_weights_held_constant(distance):
    x = vectors(10)
    expected = oracles.dynamic_soft_margin(LABELS, x, distance)
    assert expected.sum() != 0
    single = losses.dynamic_soft_margin_loss(
        LABELS, x.astype(np.float32), distance=distance
    )
    np.testing.assert_allclose(single, expected, rtol=1e-4, atol=1e-5)

    points = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(points)
        rows = losses.dynamic_soft_margin_loss(LABELS, points, distance=distance)
        mean = tf.reduce_mean(rows)
    np.testing.assert_allclose(rows, expected, rtol=1e-9)

    def loss_of(moved):
        return np.mean(oracles.dynamic_soft_margin(LABELS, moved, distance, held=x))

    slope = pair_oracles.gradient(loss_of, x)
    np.testing.assert_allclose(tape.gradient(mean, points), slope, rtol=1e-5, atol=1e-7)


def test_equal_gaps_weigh_alike():
    # Three classes of two, each at gap 1 - 4 = -3: every weight is one.
    x = [[0.0], [1.0], [5.0], [6.0], [10.0], [11.0]]
    rows = losses.dynamic_soft_margin_loss([0, 0, 1, 1, 2, 2], x)
    np.testing.assert_allclose(rows, np.full(6, -3.0))


def test_equal_embeddings_are_a_value():
    # Their gaps of zero lie in no bin of pytorch-metric-learning, which raises.
    for x in (np.zeros((10, 3)), np.ones((10, 3))):
        assert np.mean(losses.dynamic_soft_margin_loss(LABELS, x)) == 0


def test_pairs_without_a_negative_do_not_count():
    shared = np.array([[1, 0], [1, 1], [0, 1], [0, 1]])  # the second: a mate of all
    x = np.array([[0.0], [1.0], [3.0], [7.0]])
    rows = losses.dynamic_soft_margin_loss(shared, x)
    # Anchors 0, 2, 3 have a negative. Gaps: (0, 1) 1 - 3; (2, 1) 2 - 3; (2, 3) 4 - 3;
    # (3, 1) 6 - 7; (3, 2) 4 - 3.
    weighted = [-2 / 5, -1 * 3 / 5, 1, -1 * 3 / 5, 1]
    assert np.isclose(np.mean(rows), sum(weighted) / 5)
    assert rows[1] == 0
