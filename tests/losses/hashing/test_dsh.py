"""Deep supervised hashing."""

import numpy as np
import pytest
from losses.hashing.pairs import assert_refuses, assert_takes_a_memory
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_hashing_pairs as oracles

from tfmetric.losses import hashing

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize(
    "settings",
    [{}, {"margin": 1.3, "penalty": None}, {"penalty": "l2", "penalty_weight": 0.7}],
)
def test_equals_the_oracle(settings):
    x = vectors(10, 5)
    assert_agrees(hashing.dsh_loss, oracles.dsh, LABELS, x, **settings)


def test_a_memory_is_compared_with_the_batch():
    assert_takes_a_memory(hashing.dsh_loss, oracles.dsh)


def test_the_paper_has_sums_over_bits_and_both_penalties_of_a_pair():
    x, labels, bits, alpha = vectors(4, 6), [0, 0, 1, 1], 6, 0.01
    total = 0.0
    for i in range(4):
        for j in range(i):
            d, same = sum((x[i] - x[j]) ** 2), labels[i] == labels[j]
            total += d / 2 if same else max(0, 2 * bits - d) / 2
            total += alpha * sum(np.sum(np.abs(np.abs(x[k]) - 1)) for k in (i, j))
    loss = hashing.DSHLoss()(labels, x)
    assert np.isclose(loss * bits * 6, total)


def test_solved_codes_cost_nothing():
    codes = np.float32([[1, 1], [1, 1], [1, -1], [1, -1]])
    assert hashing.DSHLoss()([0, 0, 1, 1], codes) == 0


@pytest.mark.parametrize(
    "settings", [{"margin": 0}, {"penalty": "l3"}, {"penalty_weight": -1}]
)
def test_refuses_settings_without_sense(settings):
    assert_refuses(hashing.DSHLoss, hashing.dsh_loss, settings)
