"""Neighbourhood component analysis."""

import numpy as np
import pytest
import tensorflow as tf
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_rows as oracles
from oracles.distances import DISTANCES

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize("distance", DISTANCES)
def test_equals_the_oracle(distance):
    settings = {"scale": 1.7, "distance": distance}
    assert_agrees(losses.nca_loss, oracles.nca, LABELS, vectors(10), **settings)


@pytest.mark.parametrize("average", ["anchors", "active", "all"])
def test_averages_equal_the_oracle(average):
    assert_agrees(losses.nca_loss, oracles.nca, LABELS, vectors(10), average=average)


def test_no_positives_cost_nothing():
    # pytorch-metric-learning gives NaN, the mean of no rows.
    points = tf.constant(vectors(4))
    with tf.GradientTape() as tape:
        tape.watch(points)
        rows = losses.nca_loss([1, 2, 3, 4], points)
    assert not np.any(rows)
    assert not np.any(tape.gradient(rows, points))


def test_a_hopeless_anchor_is_not_dropped():
    # Its probability underflows: pytorch-metric-learning leaves such anchors out.
    rows = losses.nca_loss([0, 0, 1], np.float32([[0], [30], [0]]), average="all")
    np.testing.assert_allclose(rows, [900, np.log(2), 0], rtol=1e-6)


def test_refuses_a_scale_of_zero():
    for refused in (losses.NCALoss, lambda **s: losses.nca_loss([0], [[1.0]], **s)):
        with pytest.raises(ValueError, match="Expected scale > 0"):
            refused(scale=0)
