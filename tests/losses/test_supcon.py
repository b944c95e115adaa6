"""Supervised contrastive loss."""

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_rows as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize("temperature", [0.1, 2.0])
@pytest.mark.parametrize("average", ["active", "all", "anchors"])
def test_equals_the_oracle(temperature, average):
    settings = {"temperature": temperature, "average": average}
    assert_agrees(losses.supcon_loss, oracles.supcon, LABELS, vectors(10), **settings)


def test_multi_hot_labels_share_any_class():
    x = vectors(5)
    rows = losses.supcon_loss(
        [[1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 0, 0]], x, average="all"
    )
    # Pairs that share a class: 0 with 1 and 3, nobody else.
    s = np.exp(np.array(oracles.cosines(x)) / 0.1)
    np.fill_diagonal(s, 0)
    log = np.log(s / s.sum(1, keepdims=True), where=s > 0, out=np.zeros_like(s))
    expected = [-(log[0, 1] + log[0, 3]) / 2, -log[1, 0], 0, -log[3, 0], 0]
    np.testing.assert_allclose(rows, expected, rtol=1e-9)


def test_one_positive_each_is_nt_xent():
    x = vectors(6)
    labels = [4, 4, 5, 5, 6, 6]
    expected = losses.nt_xent_loss(labels, x, temperature=0.3)
    found = losses.supcon_loss(labels, x, temperature=0.3)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_anchors_without_a_positive_count_only_among_all():
    x = np.ones((4, 2), np.float32)
    labels = [0, 0, 1, 2]
    # Three others, all alike: log 3, for two anchors of four.
    for average, expected in (("active", 1), ("anchors", 1), ("all", 0.5)):
        rows = losses.supcon_loss(labels, x, average=average)
        assert np.isclose(np.mean(rows), expected * np.log(3), rtol=1e-5)


def test_positives_alone_still_compete():
    # No negative in the batch: of three alike each gives log 2, where
    # pytorch-metric-learning gives zero.
    rows = losses.supcon_loss([7, 7, 7], np.ones((3, 2), np.float32))
    np.testing.assert_allclose(rows, [np.log(2)] * 3, rtol=1e-5)


def test_refuses_a_temperature_of_zero():
    for refused in (losses.SupConLoss, lambda **s: losses.supcon_loss([0], [[1.0]], **s)):
        with pytest.raises(ValueError, match="Expected temperature > 0"):
            refused(temperature=0)
