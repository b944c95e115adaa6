"""Decoupled contrastive loss."""

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_rows as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize("temperature", [0.1, 2.0])
@pytest.mark.parametrize("average", ["all", "anchors"])
def test_equals_the_oracle(temperature, average):
    assert_agrees(
        losses.decoupled_contrastive_loss,
        oracles.decoupled_contrastive,
        LABELS,
        vectors(10),
        temperature=temperature,
        average=average,
    )


def test_two_views_give_the_sum_of_the_paper():
    # The positive is in no sum; both views of the other images are.
    x = vectors(4)
    s = np.array(oracles.cosines(x)) / 0.5
    expected = [
        -s[a, p] + np.log(np.exp(s[a, n]).sum())
        for a, p, n in [(0, 1, [2, 3]), (1, 0, [2, 3]), (2, 3, [0, 1]), (3, 2, [0, 1])]
    ]
    rows = losses.decoupled_contrastive_loss([3, 3, 8, 8], x, temperature=0.5)
    np.testing.assert_allclose(rows, expected, rtol=1e-9)


def test_well_parted_classes_go_below_zero():
    x = np.float32([[1, 0], [1, 0], [-1, 0], [-1, 0]])
    rows = losses.decoupled_contrastive_loss([0, 0, 1, 1], x, temperature=1)
    np.testing.assert_allclose(rows, [-1 + np.log(2) - 1] * 4, rtol=1e-6)


def test_no_negative_costs_nothing():
    assert not np.any(losses.decoupled_contrastive_loss([1] * 4, vectors(4)))


def test_refuses_settings_without_sense():
    with pytest.raises(ValueError, match="Expected temperature > 0"):
        losses.DecoupledContrastiveLoss(temperature=0)
    with pytest.raises(ValueError, match="Expected average to be one of"):
        losses.decoupled_contrastive_loss([0], [[1.0]], average="active")
