"""Lifted structure loss."""

import numpy as np
import pytest
from losses.helpers import GOLDEN, GOLDEN_LABELS, LABELS, assert_agrees, vectors
from oracles import losses as oracles
from oracles.distances import DISTANCES

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize("distance", DISTANCES)
def test_equals_the_oracle(distance):
    assert_agrees(
        losses.lifted_structure_loss,
        oracles.lifted_structure,
        LABELS,
        vectors(10) / 2,
        margin=0.9,
        distance=distance,
    )


def test_gives_the_value_of_tensorflow_addons():
    """`tfa.losses.lifted_struct_loss`, margin 1."""
    rows = losses.lifted_structure_loss(GOLDEN_LABELS, np.array(GOLDEN))
    assert np.isclose(np.mean(rows), 3.748622, atol=1e-6)


def test_no_negative_or_no_positive_costs_nothing():
    x = vectors(4)
    for labels in ([1] * 4, [1, 2, 3, 4]):
        assert not np.any(losses.lifted_structure_loss(labels, x))


def test_refuses_a_margin_of_zero():
    with pytest.raises(ValueError, match="Expected margin > 0"):
        losses.LiftedStructureLoss(margin=0)
    with pytest.raises(ValueError, match="Expected margin > 0"):
        losses.lifted_structure_loss([0], [[1.0]], margin=0)
