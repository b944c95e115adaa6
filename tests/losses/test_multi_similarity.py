"""Multi-similarity loss."""

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
        {"alpha": 3.0, "beta": 10.0, "base": -0.2},
        {"average": "active"},
        {"average": "anchors"},
    ],
)
def test_equals_the_oracle(settings):
    assert_agrees(
        losses.multi_similarity_loss,
        oracles.multi_similarity,
        LABELS,
        vectors(10),
        **settings,
    )


def test_a_hopeless_negative_is_not_saturated():
    # log(1 + exp(50 · (1 + 99))) / 50 = 100.
    rows = losses.multi_similarity_loss([0, 1], np.float32([[1], [1]]), base=-99)
    np.testing.assert_allclose(rows, [100, 100], rtol=1e-6)


def test_refuses_settings_without_sense():
    for settings in ({"alpha": 0}, {"beta": -1}):
        name = next(iter(settings))
        with pytest.raises(ValueError, match=f"Expected {name} > 0"):
            losses.MultiSimilarityLoss(**settings)
        with pytest.raises(ValueError, match=f"Expected {name} > 0"):
            losses.multi_similarity_loss([0], [[1.0]], **settings)
    with pytest.raises(ValueError, match="Expected base to be a finite number"):
        losses.MultiSimilarityLoss(base=float("nan"))
    with pytest.raises(ValueError, match="Expected average to be one of"):
        losses.MultiSimilarityLoss(average="mean")
