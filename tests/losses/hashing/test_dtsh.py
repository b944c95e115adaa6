"""Deep triplet-supervised hashing."""

import math

import numpy as np
import pytest
from losses.hashing.pairs import assert_refuses, assert_takes_a_memory
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_hashing_pairs as oracles

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
    assert_takes_a_memory(hashing.dtsh_loss, oracles.dtsh)


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
    assert_refuses(hashing.DTSHLoss, hashing.dtsh_loss, settings)
