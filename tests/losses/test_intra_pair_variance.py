"""Intra-pair variance loss."""

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
        {"positive_epsilon": 0.3, "negative_epsilon": 0.2},
        {"average": "active"},
        {"average": "anchors"},
    ],
)
def test_equals_the_oracle(settings):
    assert_agrees(
        losses.intra_pair_variance_loss,
        oracles.intra_pair_variance,
        LABELS,
        vectors(10),
        **settings,
    )


def test_alike_pairs_cost_nothing():
    # Two classes on two points: cosines 1 and 0.6, with no variance.
    x = np.float32([[1, 0], [2, 0], [0.6, 0.8], [1.2, 1.6]])
    rows = losses.intra_pair_variance_loss([0, 0, 1, 1], x)
    np.testing.assert_allclose(rows, np.zeros(4), atol=1e-12)


def test_no_pair_of_a_kind_leaves_the_other():
    x = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    # Negative cosines 1, 0, 0: the mean is 1/3.
    rows = losses.intra_pair_variance_loss([0, 1, 2], x, negative_epsilon=0.5)
    assert np.isclose(np.mean(rows), (1 - 1.5 / 3) ** 2 / 3, rtol=1e-6)


def test_refuses_negative_epsilons():
    for name in ("positive_epsilon", "negative_epsilon"):
        with pytest.raises(ValueError, match=f"Expected {name} >= 0"):
            losses.IntraPairVarianceLoss(**{name: -0.1})
        with pytest.raises(ValueError, match=f"Expected {name} >= 0"):
            losses.intra_pair_variance_loss([0], [[1.0]], **{name: -0.1})
