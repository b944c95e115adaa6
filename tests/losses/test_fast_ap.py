"""FastAP."""

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_ranking as oracles

from tfmetric import losses
from tfmetric._core._pairs import Memory

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize("bins", [1, 4, 10, 37])
def test_equals_the_oracle(bins):
    assert_agrees(losses.fast_ap_loss, oracles.fast_ap, LABELS, vectors(10), bins=bins)


def test_a_memory_is_ranked_with_the_batch():
    x = vectors(10)
    memory = Memory(np.array(LABELS[6:]), x[6:], np.full(4, True))
    rows = losses.fast_ap_loss(LABELS[:6], x[:6], memory=memory)
    np.testing.assert_allclose(rows, oracles.fast_ap(LABELS, x, anchors=6), rtol=1e-9)


def test_far_apart_nodes_give_the_true_average_precision():
    # Distances on nodes: 0, 1, 2, 3, 4 from the first. Positives at places 1 and 4.
    angles = np.arccos(1 - np.arange(5) / 2)
    x = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    x = np.concatenate([x[:1], x])
    rows = losses.fast_ap_loss([0, 0, 1, 2, 0, 3], x, bins=4)
    precision = (1 / 1 + 2 / 4) / 2
    assert np.isclose(rows[0] * 3 / 6, 1 - precision)  # of three anchors among six


def test_equal_embeddings_are_a_value():
    # All at one node: precision is the share of positives among the others.
    rows = losses.fast_ap_loss([0, 0, 0, 1], np.ones((4, 3), np.float32))
    assert np.isclose(np.mean(rows), 1 - 2 / 3)
