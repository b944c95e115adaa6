"""Histogram loss, and the histograms that it and FastAP share."""

import numpy as np
import pytest
import tensorflow as tf
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_ranking as oracles

from tfmetric import losses
from tfmetric._core._pairs import Memory
from tfmetric.losses._soft_histogram import soft_histogram

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize("bins", [1, 7, 30])
def test_equals_the_oracle(bins):
    assert_agrees(losses.histogram_loss, oracles.histogram, LABELS, vectors(10), bins=bins)


def test_a_memory_widens_both_distributions():
    x = vectors(10)
    memory = Memory(np.array(LABELS[6:]), x[6:], np.full(4, True))
    rows = losses.histogram_loss(LABELS[:6], x[:6], memory=memory)
    np.testing.assert_allclose(rows, oracles.histogram(LABELS, x, anchors=6), rtol=1e-9)


def test_separated_classes_cost_nothing_and_swapped_ones_all():
    near, far = np.array([[1, 0], [1, 0.1], [-1, 0], [-1, 0.1]]), [0, 0, 1, 1]
    assert np.mean(losses.histogram_loss(far, near)) == 0
    swapped = losses.histogram_loss([0, 1, 1, 0], near)
    assert np.isclose(np.mean(swapped), oracles.histogram([0, 1, 1, 0], near).mean())
    assert np.mean(swapped) > 0.5


def test_equal_embeddings_are_a_value():
    # A cosine of one lies in no bin of pytorch-metric-learning, which raises.
    rows = losses.histogram_loss(LABELS, np.ones((10, 3), np.float32))
    assert np.isclose(np.mean(rows), 1.0)
    opposite = np.float32([[1, 0], [-1, 0], [-1, 0]])  # exactly the first node as well
    assert np.isclose(np.mean(losses.histogram_loss([0, 0, 1], opposite)), 1.0)


@pytest.mark.parametrize("bins", [1, 3, 10])
def test_a_value_is_shared_by_the_nodes_beside_it(bins):
    generator = np.random.default_rng(bins)
    values = generator.uniform(0, bins, size=(4, 6))
    values[0, :3] = [0, bins, 1]
    mask = generator.uniform(size=(4, 6)) < 0.7
    expected = [
        sum((oracles.soft_bins(v, 0, bins, bins) for v in row[kept]), np.zeros(bins + 1))
        for row, kept in zip(values, mask, strict=True)
    ]
    found = soft_histogram(tf.constant(values), tf.constant(mask), bins)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_a_value_past_an_end_takes_nothing_from_other_nodes():
    beyond = tf.constant([[4.0000005, -0.0000005, 4.0000005]])
    found = soft_histogram(beyond, tf.constant([[True, True, True]]), 4)
    np.testing.assert_allclose(found, [[1, 0, 0, 0, 2]], atol=2e-6)
    assert np.min(found[0, 2:]) >= 0


@pytest.mark.parametrize("bins", [0, 2.5, "9"])
def test_refuses_a_number_of_bins_that_is_none(bins):
    for refused in (losses.HistogramLoss, losses.FastAPLoss):
        with pytest.raises(ValueError, match="Expected bins to be a whole number"):
            refused(bins=bins)
    for refused in (losses.histogram_loss, losses.fast_ap_loss):
        with pytest.raises(ValueError, match="Expected bins to be a whole number"):
            refused([0], [[1.0]], bins=bins)
