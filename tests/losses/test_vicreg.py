"""VICReg: the oracle, and each of its three terms alone."""

import numpy as np
import pytest
from losses.helpers import assert_tuples_agree
from oracles import losses_views as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")

ALONE = {"invariance": 0.0, "variance": 0.0, "covariance": 0.0}


@pytest.mark.parametrize(
    "settings", [{}, {"invariance": 2.0, "variance": 0.5, "covariance": 3.0}]
)
def test_equals_the_oracle(settings):
    x = np.random.default_rng(0).normal(size=(5, 2, 3)) * [1.5, 0.4, 0.8]
    assert_tuples_agree(losses.vicreg_loss, oracles.vicreg, x, **settings)


def test_first_term_is_the_mean_square_between_views():
    views = [[[0.0, 0.0], [3.0, 1.0]], [[5.0, 5.0], [5.0, 5.0]]]
    rows = losses.vicreg_loss(None, views, **{**ALONE, "invariance": 1.0})
    assert rows.numpy().tolist() == [5.0, 0.0]


def test_second_term_is_how_far_the_deviations_are_from_one():
    # View 1 does not vary: 1 - sqrt(1e-4). View 2 has variance 0.5, of two examples.
    views = [[[4.0], [0.0]], [[4.0], [1.0]]]
    rows = losses.vicreg_loss(None, views, **{**ALONE, "variance": 1.0})
    np.testing.assert_allclose(rows, (0.99 + 1 - np.sqrt(0.5001)) / 2, rtol=1e-5)


def test_third_term_is_the_covariance_of_dimensions():
    # View 1 has covariance (1 · 2 + 1 · 2) / (2 - 1) = 4, twice; view 2 has none.
    views = [[[1.0, 2.0], [0.0, 3.0]], [[-1.0, -2.0], [0.0, -3.0]]]
    rows = losses.vicreg_loss(None, views, **{**ALONE, "covariance": 1.0})
    np.testing.assert_allclose(rows, 2 * 4**2 / 2, rtol=1e-6)


@pytest.mark.parametrize("name", ALONE)
def test_refuses_negative_weights(name):
    for refused in (losses.VICRegLoss, lambda **s: losses.vicreg_loss(0, 0, **s)):
        with pytest.raises(ValueError, match=f"Expected {name} >= 0"):
            refused(**{name: -1.0})
