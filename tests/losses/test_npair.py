"""N-pair loss."""

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize("regularization", [0.0, 0.3])
@pytest.mark.parametrize("average", ["all", "active", "anchors"])
def test_equals_the_oracle(regularization, average):
    settings = {"regularization": regularization, "average": average}
    assert_agrees(losses.npair_loss, oracles.npair, LABELS, vectors(10), **settings)


def test_two_examples_of_each_class_give_the_cross_entropy_of_the_paper():
    # With one positive the loss is -log softmax of its similarity among the negatives'.
    x = vectors(4)
    similarity = np.exp(x @ x.T)
    expected = [
        -np.log(similarity[a, p] / (similarity[a, p] + similarity[a, n].sum()))
        for a, p, n in [(0, 1, [2, 3]), (1, 0, [2, 3]), (2, 3, [0, 1]), (3, 2, [0, 1])]
    ]
    np.testing.assert_allclose(losses.npair_loss([4, 4, 9, 9], x), expected, rtol=1e-9)


def test_regularization_counts_examples_without_a_positive():
    rows = losses.npair_loss([0, 1], [[3.0, 4.0], [0.0, 2.0]], regularization=0.1)
    np.testing.assert_allclose(rows, [2.5, 0.4], rtol=1e-6)


def test_refuses_a_negative_regularization():
    with pytest.raises(ValueError, match="Expected regularization >= 0"):
        losses.NPairLoss(regularization=-1e-3)
    with pytest.raises(ValueError, match="Expected regularization >= 0"):
        losses.npair_loss([0], [[1.0]], regularization=-1e-3)


def test_refuses_embeddings_that_are_not_vectors():
    for x in (np.ones((4, 4, 4)), np.ones(4)):
        with pytest.raises(ValueError, match="Expected vectors of shape"):
            losses.npair_loss([0, 0, 1, 1], x)
