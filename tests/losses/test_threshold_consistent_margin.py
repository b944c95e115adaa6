"""Threshold-consistent margin."""

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_ranking as oracles

from tfmetric import losses
from tfmetric._core._pairs import Memory

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"positive_margin": 0.4, "negative_margin": -0.2},
        {"positive_weight": 0.3, "negative_weight": 2.0},
        {"positive_weight": 0},
    ],
)
def test_equals_the_oracle(settings):
    function = losses.threshold_consistent_margin_loss
    oracle = oracles.threshold_consistent_margin
    assert_agrees(function, oracle, LABELS, vectors(10), **settings)


def test_a_memory_adds_pairs():
    # With references pytorch-metric-learning reads them out of the batch, and raises.
    x = vectors(10)
    memory = Memory(np.array(LABELS[6:]), x[6:], np.full(4, True))
    rows = losses.threshold_consistent_margin_loss(LABELS[:6], x[:6], memory=memory)
    expected = oracles.threshold_consistent_margin(LABELS, x, anchors=6)
    np.testing.assert_allclose(rows, expected, rtol=1e-9)


def test_pairs_on_the_right_side_cost_nothing():
    x = [[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [0.1, 1.0]]
    assert not np.any(losses.threshold_consistent_margin_loss([0, 0, 1, 1], x))


def test_refuses_settings_without_sense():
    for settings in ({"positive_margin": None}, {"negative_weight": -1}):
        for refused in (
            losses.ThresholdConsistentMarginLoss,
            lambda **s: losses.threshold_consistent_margin_loss([0], [[1.0]], **s),
        ):
            with pytest.raises(ValueError, match=f"Expected {next(iter(settings))} "):
                refused(**settings)
