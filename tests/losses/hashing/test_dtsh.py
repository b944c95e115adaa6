"""Deep triplet-supervised hashing."""

import math

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_hashing_pairs as oracles

from tfmetric._core._pairs import Memory
from tfmetric.losses import hashing

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"margin": 0.2, "scale": 2.0, "penalty": None},
        {"penalty": "cosine", "penalty_weight": 0.3},
    ],
)
def test_equals_the_oracle(settings):
    x = vectors(10, 5)
    assert_agrees(hashing.dtsh_loss, oracles.dtsh, LABELS, x, **settings)


def test_a_memory_gives_positives_and_negatives():
    x = vectors(10, 5)
    memory = Memory(np.array(LABELS[6:]), x[6:], np.full(4, True))
    rows = hashing.dtsh_loss(LABELS[:6], x[:6], memory=memory)
    np.testing.assert_allclose(rows, oracles.dtsh(LABELS, x, anchors=6), rtol=1e-9)


def test_the_paper_has_half_a_sum_over_bits():
    """Θ and the margin K / 2 as they are written, for the one triplet of each anchor."""
    x = vectors(3, 6)
    expected = [
        math.log(1 + math.exp(-(x[a] @ x[p] / 2 - x[a] @ x[2] / 2 - 6 / 2)))
        for a, p in ((0, 1), (1, 0))
    ]
    loss = hashing.DTSHLoss(scale=6 / 2, penalty=None)([0, 0, 1], x)
    assert np.isclose(loss, np.mean(expected))


def test_hopeless_triplets_are_not_saturated():
    # s[a, p] = -1 and s[a, n] = 1: log(1 + exp(100 · (1 + 2))) = 300, or 1 - 1 + 1.
    x = np.float32([[1, 1], [-1, -1], [1, 1]])
    rows = hashing.dtsh_loss([0, 0, 1], x, scale=100.0)
    np.testing.assert_allclose(rows * 2 / 3, [300, 100, 0])


@pytest.mark.parametrize(
    "settings", [{"margin": 0}, {"scale": -1}, {"penalty": "l3"}, {"penalty_weight": -1}]
)
def test_refuses_settings_without_sense(settings):
    for refused in (
        hashing.DTSHLoss,
        lambda **s: hashing.dtsh_loss([0], [[1.0]], **s),
    ):
        with pytest.raises(ValueError, match=f"Expected {next(iter(settings))} "):
            refused(**settings)
