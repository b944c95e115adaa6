"""Surrogate precision at k."""

import math

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import distances
from oracles import losses_ranking as oracles

from tfmetric import losses
from tfmetric._core._pairs import Memory

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize(
    "settings",
    [
        {"k": 1},
        {"k": 2, "rank_temperature": 0.3, "temperature": 0.5},
        {"distance": "cosine", "rank_temperature": 0.1},
        {},
    ],
)
def test_equals_the_oracle(settings):
    function, oracle = losses.surrogate_precision_loss, oracles.surrogate_precision
    assert_agrees(function, oracle, LABELS, vectors(10), **settings)


def test_differs_from_open_metric_learning_by_the_anchor_alone():
    # There an anchor is its own nearest neighbour and positive, and k is one more.
    labels, x, k = [0, 1, 0, 1, 0, 1], vectors(6, seed=4), 2
    d, total = distances.matrix("euclidean", x), 0.0
    for a in range(6):
        theirs, own = 0.0, 0.0
        for p in range(6):
            rank = sum(oracles.sigmoid((d[a][p] - d[a][j]) / 0.01) for j in range(6))
            hit = oracles.sigmoid(k + 1 - rank)
            theirs += hit * (labels[p] == labels[a])
            own += hit * (p == a)
        assert math.isclose(own, oracles.sigmoid(k + 0.5), rel_tol=1e-9)
        total += 1 - (theirs - own) / min(k, 2)
    rows = losses.surrogate_precision_loss(labels, x, k=k)
    assert np.isclose(np.mean(rows), total / 6, rtol=1e-9)


def test_a_memory_is_ranked_with_the_batch():
    x = vectors(10)
    memory = Memory(np.array(LABELS[6:]), x[6:], np.full(4, True))
    settings = {"k": 2, "rank_temperature": 0.2}
    rows = losses.surrogate_precision_loss(LABELS[:6], x[:6], memory=memory, **settings)
    expected = oracles.surrogate_precision(LABELS, x, anchors=6, **settings)
    np.testing.assert_allclose(rows, expected, rtol=1e-9)


def test_steep_steps_give_the_true_precision_at_k():
    # Of the first three neighbours of the first, two are positives; of k = 1, one.
    x = [[0.0], [1.0], [2.0], [3.0], [4.0], [9.0]]
    labels = [0, 0, 1, 0, 0, 1]
    for k, precision in ((3, 2 / 3), (1, 1.0), (4, 3 / 3)):
        rows = losses.surrogate_precision_loss(
            labels, x, k=k, temperature=1e-3, rank_temperature=1e-3
        )
        assert np.isclose(rows[0], 1 - precision, atol=1e-9)


@pytest.mark.parametrize(
    "settings", [{"k": 0}, {"temperature": 0}, {"rank_temperature": 0}]
)
def test_refuses_settings_without_sense(settings):
    for refused in (
        losses.SurrogatePrecisionLoss,
        lambda **s: losses.surrogate_precision_loss([0], [[1.0]], **s),
    ):
        with pytest.raises(ValueError, match=f"Expected {next(iter(settings))} "):
            refused(**settings)
