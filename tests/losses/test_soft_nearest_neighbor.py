"""Soft nearest neighbour loss."""

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_rows as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"temperature": 3.0, "average": "active"},
        {"distance": "cosine", "temperature": 0.2, "average": "anchors"},
    ],
)
def test_equals_the_oracle(settings):
    assert_agrees(
        losses.soft_nearest_neighbor_loss,
        oracles.soft_nearest_neighbor,
        LABELS,
        vectors(10),
        **settings,
    )


def test_the_mean_is_over_the_whole_batch():
    # One point: log 2 for the two of a class, nothing for the third.
    rows = losses.soft_nearest_neighbor_loss([0, 0, 1], np.zeros((3, 2)))
    assert np.isclose(np.mean(rows), 2 * np.log(2) / 3)


def test_refuses_a_temperature_of_zero():
    with pytest.raises(ValueError, match="Expected temperature > 0"):
        losses.SoftNearestNeighborLoss(temperature=0)
    with pytest.raises(ValueError, match="Expected temperature > 0"):
        losses.soft_nearest_neighbor_loss([0], [[1.0]], temperature=0)
