"""Losses on classes, for several views of each example."""

import numpy as np
import pytest
from losses.helpers import vectors
from oracles import losses as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")

LABELS = np.array([5, 3, 5, 2])


def views(count):
    return vectors(4 * count).reshape(4, count, 3)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_the_views_of_an_example_are_its_class(count):
    """Any number of views, where a peer takes two."""
    x = views(count)
    ids = [example for example in range(4) for _ in range(count)]
    expected = np.mean(oracles.contrastive(ids, x.reshape(-1, 3), margin=2.0))
    loss = losses.SelfSupervisedLoss(losses.ContrastiveLoss(margin=2.0))
    assert np.isclose(loss(LABELS, x), expected, rtol=1e-5)


@pytest.mark.parametrize("count", [1, 3])
def test_labels_join_the_views_of_a_class(count):
    x = views(count)
    ids = np.repeat(LABELS, count)
    expected = np.mean(oracles.contrastive(ids, x.reshape(-1, 3), margin=2.0))
    loss = losses.MultiViewLoss(losses.ContrastiveLoss(margin=2.0))
    assert np.isclose(loss(LABELS, x), expected, rtol=1e-5)
    assert np.isclose(loss([f"class {i}" for i in LABELS], x), expected, rtol=1e-5)
    assert np.isclose(loss(np.eye(6)[LABELS], x), expected, rtol=1e-5)


def test_rows_are_those_of_the_examples():
    x = views(3)
    ids = np.repeat(np.arange(4), 3)
    rows = losses.SelfSupervisedLoss("triplet", reduction=None)(None, x)
    expected = np.reshape(losses.triplet_loss(ids, x.reshape(-1, 3)), (4, 3)).mean(axis=1)
    np.testing.assert_allclose(rows, expected, rtol=1e-5)


@pytest.mark.parametrize("wrapper", [losses.SelfSupervisedLoss, losses.MultiViewLoss])
def test_refuses_what_does_not_score_a_labelled_batch(wrapper):
    for wrong in (losses.SimCLRLoss(), losses.TripletTupleLoss(), wrapper("triplet")):
        with pytest.raises(ValueError, match="Expected loss to be a BatchLoss"):
            wrapper(wrong)
    with pytest.raises(ValueError, match="Expected loss to be one of"):
        wrapper("mse")


def test_refuses_pairs_where_examples_have_views():
    same = LABELS[:, None] == LABELS
    with pytest.raises(
        ValueError, match="Expected ids or multi-hot labels. Received: a pa"
    ):
        losses.MultiViewLoss("contrastive")(same, views(2))
