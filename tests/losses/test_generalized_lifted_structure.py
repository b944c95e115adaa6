"""Generalised lifted structure loss."""

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_rows as oracles
from oracles.distances import DISTANCES

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("average", ["all", "active", "anchors"])
def test_equals_the_oracle(distance, average):
    assert_agrees(
        losses.generalized_lifted_structure_loss,
        oracles.generalized_lifted_structure,
        LABELS,
        vectors(10) / 2,
        margin=0.7,
        distance=distance,
        average=average,
    )


def test_no_negative_or_no_positive_costs_nothing():
    x = vectors(4)
    for labels in ([1] * 4, [1, 2, 3, 4]):
        assert not np.any(losses.generalized_lifted_structure_loss(labels, x))


def test_refuses_a_margin_of_zero():
    with pytest.raises(ValueError, match="Expected margin > 0"):
        losses.GeneralizedLiftedStructureLoss(margin=0)
    with pytest.raises(ValueError, match="Expected margin > 0"):
        losses.generalized_lifted_structure_loss([0], [[1.0]], margin=0)
