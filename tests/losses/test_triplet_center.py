"""Triplet-center loss."""

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses as oracles
from oracles.distances import DISTANCES

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize("distance", DISTANCES)
def test_equals_the_oracle(distance):
    assert_agrees(
        losses.triplet_center_loss,
        oracles.triplet_center,
        LABELS,
        vectors(10),
        margin=0.6,
        distance=distance,
    )


def test_one_class_costs_nothing():
    rows = losses.triplet_center_loss([5] * 4, vectors(4), margin=50.0)
    assert rows.numpy().tolist() == [0, 0, 0, 0]


def test_an_example_alone_is_its_own_center():
    # The other center is at 3: 0 + 2 - 3 < 0 < 0 + 4 - 3.
    x = [[0.0], [2.0], [4.0]]
    for margin, expected in ((2.0, 0.0), (4.0, 1.0)):
        rows = losses.triplet_center_loss([0, 1, 1], x, margin=margin, distance="euclidean")
        assert np.isclose(rows[0], expected)


def test_refuses_a_margin_of_zero():
    with pytest.raises(ValueError, match="Expected margin > 0"):
        losses.TripletCenterLoss(margin=0)
    with pytest.raises(ValueError, match="Expected margin > 0"):
        losses.triplet_center_loss([0], [[1.0]], margin=0)
