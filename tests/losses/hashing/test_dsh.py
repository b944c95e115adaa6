"""Deep supervised hashing."""

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_hashing_pairs as oracles

from tfmetric._core._pairs import Memory
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
    x = vectors(10, 5)
    memory = Memory(np.array(LABELS[6:]), x[6:], np.full(4, True))
    rows = hashing.dsh_loss(LABELS[:6], x[:6], memory=memory)
    np.testing.assert_allclose(rows, oracles.dsh(LABELS, x, anchors=6), rtol=1e-9)


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
    for refused in (
        hashing.DSHLoss,
        lambda **s: hashing.dsh_loss([0], [[1.0]], **s),
    ):
        with pytest.raises(ValueError, match=f"Expected {next(iter(settings))} "):
            refused(**settings)
