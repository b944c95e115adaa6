"""PNP: negatives before positives."""

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_ranking as oracles

from tfmetric import losses
from tfmetric._core._pairs import Memory

pytestmark = pytest.mark.usefixtures("uncompiled")

VARIANTS = ["O", "Ds", "Dq", "Iu", "Ib"]


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("temperature", [0.01, 0.3])
def test_equals_the_oracle(variant, temperature):
    settings = {"variant": variant, "temperature": temperature, "alpha": 1.5, "b": 3.0}
    assert_agrees(losses.pnp_loss, oracles.pnp, LABELS, vectors(10), **settings)


def test_a_memory_is_ranked_with_the_batch():
    x = vectors(10)
    memory = Memory(np.array(LABELS[6:]), x[6:], np.full(4, True))
    rows = losses.pnp_loss(LABELS[:6], x[:6], temperature=0.2, memory=memory)
    expected = oracles.pnp(LABELS, x, temperature=0.2, anchors=6)
    np.testing.assert_allclose(rows, expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        ("O", 2),
        ("Ds", np.log(3)),
        ("Dq", 1 - 1 / 3),
        ("Iu", 3 * np.log(3)),
        ("Ib", (4 - np.log(5)) / 4),
    ],
)
def test_two_negatives_before_a_positive_cost_what_the_formula_says(variant, expected):
    angles = np.radians([0, 50, 10, 20, 90])
    x = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    rows = losses.pnp_loss([0, 0, 1, 2, 3], x, variant=variant, temperature=1e-4)
    assert np.isclose(rows[0] * 2 / 5, expected)


def test_positives_among_themselves_cost_nothing():
    angles = np.radians([0, 5, 40, 180, 170])
    x = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    assert np.max(losses.pnp_loss([0, 0, 0, 1, 1], x)) < 1e-12


@pytest.mark.parametrize(
    "settings", [{"variant": "D"}, {"temperature": 0}, {"alpha": 0}, {"b": -1}]
)
def test_refuses_settings_without_sense(settings):
    for refused in (losses.PNPLoss, lambda **s: losses.pnp_loss([0], [[1.0]], **s)):
        with pytest.raises(ValueError, match=f"Expected {next(iter(settings))} "):
            refused(**settings)
