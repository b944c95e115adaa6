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


@pytest.mark.parametrize("average", ["all", "active", "anchors"])
def test_averages_equal_the_oracle(average):
    assert_agrees(
        losses.lifted_structure_loss,
        oracles.lifted_structure,
        LABELS,
        vectors(10),
        average=average,
    )


def test_both_ends_push_their_own_negatives():
    # TensorFlow Similarity takes the columns of the distances in another order instead.
    rows = losses.lifted_structure_loss([0, 1, 0], [[0.0], [5.0], [3.0]], average="active")
    pair = (3 + np.log(np.exp(1 - 5) + np.exp(1 - 2))) ** 2 / 2
    np.testing.assert_allclose(rows, [1.5 * pair, 0, 1.5 * pair], rtol=1e-6)


@pytest.mark.parametrize("form", ["multi-hot", "pair matrix"])
def test_takes_pairs_without_ids(form):
    x = vectors(10)
    forms = {"multi-hot": np.eye(4)[LABELS], "pair matrix": np.equal.outer(LABELS, LABELS)}
    rows = losses.lifted_structure_loss(forms[form], x)
    np.testing.assert_allclose(rows, oracles.lifted_structure(LABELS, x), rtol=1e-9)


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
