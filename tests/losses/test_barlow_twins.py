"""Barlow Twins: the oracle, and where the loss is zero."""

import numpy as np
import pytest
from losses.helpers import assert_tuples_agree
from oracles import losses_views as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")

# Two dimensions that are not correlated, each of deviation 1.
SQUARE = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])


@pytest.mark.parametrize("redundancy", [0.005, 0.8])
def test_equals_the_oracle(redundancy):
    x = np.random.default_rng(0).normal(size=(7, 2, 3))
    assert_tuples_agree(
        losses.barlow_twins_loss, oracles.barlow_twins, x, redundancy=redundancy
    )


def test_is_zero_where_views_agree_and_dimensions_do_not():
    views = np.stack([SQUARE * [3, 0.5] + 7, SQUARE * [20, 1]], axis=1)
    rows = losses.barlow_twins_loss(None, views, redundancy=1.0)
    np.testing.assert_allclose(rows, 0, atol=1e-8)


def test_redundancy_weighs_only_what_is_beside_the_diagonal():
    # Both dimensions of each view are the same: C is 1 in all four cells.
    views = np.stack([SQUARE[:, [0, 0]]] * 2, axis=1)
    rows = losses.barlow_twins_loss(None, views, redundancy=0.25)
    np.testing.assert_allclose(rows, 2 * 0.25, rtol=1e-4)
    assert np.isclose(losses.BarlowTwinsLoss(redundancy=0)(None, views), 0, atol=1e-6)


def test_refuses_a_negative_redundancy():
    for refused in (
        losses.BarlowTwinsLoss,
        lambda **s: losses.barlow_twins_loss(0, 0, **s),
    ):
        with pytest.raises(ValueError, match="Expected redundancy >= 0"):
            refused(redundancy=-0.1)
