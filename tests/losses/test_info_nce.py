"""InfoNCE of two towers."""

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees
from oracles import losses_rows as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")


def pairs_of(rows, dim=3):
    return np.random.default_rng(6).normal(size=(rows, 2, dim))


@pytest.mark.parametrize("temperature", [0.05, 1.5])
@pytest.mark.parametrize("symmetric", [False, True])
@pytest.mark.parametrize("labels", [LABELS, list(range(10))])
def test_equals_the_oracle(labels, temperature, symmetric):
    settings = {"temperature": temperature, "symmetric": symmetric}
    assert_agrees(losses.info_nce_loss, oracles.info_nce, labels, pairs_of(10), **settings)


def test_is_the_cross_entropy_of_scaled_cosines():
    # sentence-transformers: cosines times 20, the diagonal is right.
    x = pairs_of(5)
    x /= np.linalg.norm(x, axis=2, keepdims=True)
    scores = np.exp(20 * x[:, 0] @ x[:, 1].T)
    expected = -np.log(np.diag(scores) / scores.sum(1))
    rows = losses.info_nce_loss(np.arange(5), x)
    np.testing.assert_allclose(rows, expected, rtol=1e-9)


def test_targets_of_the_same_label_are_no_negatives():
    # Both queries ask the same: their targets, alike or not, do not compete.
    x = pairs_of(3)
    alone = losses.info_nce_loss([0, 1], x[[0, 2]])
    together = losses.info_nce_loss([0, 0, 1], x)
    assert np.isclose(together[0], alone[0])
    multi_hot = losses.info_nce_loss([[1, 1, 0], [0, 1, 0], [0, 0, 1]], x)
    np.testing.assert_allclose(multi_hot, together, rtol=1e-9)


def test_queries_do_not_compete_with_each_other():
    # Two like queries with unlike targets, both found.
    x = [[[1.0, 0.0], [1.0, 0.0]], [[1.0, 0.0], [1.0, 0.0]], [[0.0, 1.0], [0.0, 1.0]]]
    rows = losses.info_nce_loss([0, 0, 1], x, temperature=1)
    expected = [np.log(1 + np.exp(-1))] * 2 + [np.log(1 + 2 * np.exp(-1))]
    np.testing.assert_allclose(rows, expected, rtol=1e-6)


def test_refuses_what_is_no_pair_of_towers():
    for x in (np.ones((4, 3)), np.ones((4, 3, 3))):
        with pytest.raises(ValueError, match="views of each example"):
            losses.info_nce_loss(np.arange(4), x)
    with pytest.raises(ValueError, match="Expected temperature > 0"):
        losses.InfoNCELoss(temperature=0)
    with pytest.raises(ValueError, match="Expected temperature > 0"):
        losses.info_nce_loss([0], np.ones((1, 2, 3)), temperature=0)
