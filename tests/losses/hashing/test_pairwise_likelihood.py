"""Pairwise likelihood of codes."""

import math

import numpy as np
import pytest
from losses.hashing.pairs import assert_refuses, assert_takes_a_memory
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_hashing_pairs as oracles

from tfmetric.losses import hashing

pytestmark = pytest.mark.usefixtures("uncompiled")

DIM = 5
PAPERS = {
    "HashNet": {},
    "DPSH": {
        "scale": DIM / 2,
        "class_balance": False,
        "continuation": None,
        "penalty": "l2",
    },
    "DHN": {
        "scale": DIM / 2,
        "class_balance": False,
        "penalty": "log_cosh",
    },
    "DCH": {
        "likelihood": "cauchy",
        "scale": DIM / 2.0,
        "penalty": "cauchy",
        "penalty_weight": 0.3,
    },
}


@pytest.mark.parametrize("paper", PAPERS)
def test_equals_the_oracle(paper):
    function, oracle = hashing.pairwise_likelihood_loss, oracles.pairwise_likelihood
    assert_agrees(function, oracle, LABELS, vectors(10, DIM), **PAPERS[paper])


@pytest.mark.parametrize("continuation", [0.3, 4.0])
def test_the_penalty_is_that_of_the_relaxed_codes(continuation):
    settings = {"continuation": continuation, "penalty": "l1", "penalty_weight": 0.7}
    function, oracle = hashing.pairwise_likelihood_loss, oracles.pairwise_likelihood
    assert_agrees(function, oracle, LABELS, vectors(10, DIM), **settings)


@pytest.mark.parametrize("paper", PAPERS)
def test_a_memory_is_compared_with_the_batch(paper):
    assert_takes_a_memory(
        hashing.pairwise_likelihood_loss, oracles.pairwise_likelihood, **PAPERS[paper]
    )


def test_hopeless_pairs_are_not_saturated():
    # One different pair of equal codes: log(1 + exp(200)) = 200, both ways.
    x = np.float32([[1, 1], [1, 1]])
    settings = {"scale": 200.0, "continuation": None}
    rows = hashing.pairwise_likelihood_loss([0, 1], x, **settings)
    np.testing.assert_allclose(rows, [200, 200])
    opposite = x * [[1], [-1]]
    rows = hashing.pairwise_likelihood_loss([0, 0], opposite, **settings)
    np.testing.assert_allclose(rows, [200, 200])


def test_weights_hold_for_codes_of_any_length():
    x = vectors(10, DIM)
    for settings in PAPERS.values():
        once, twice = (
            hashing.pairwise_likelihood_loss(LABELS, points, **settings)
            for points in (x, np.concatenate([x, x], axis=1))
        )
        np.testing.assert_allclose(twice, once, rtol=1e-9)


@pytest.mark.parametrize("paper", ["DPSH", "DHN"])
def test_the_papers_have_sums_over_bits(paper):
    """As they are written: half the inner product, sums over the bits of the penalty.

    DPSH has the penalty of each example once, DHN that of both examples of each pair.
    """
    labels, eta = [0, 0, 1, 1], 0.5
    x, pairs = vectors(4, DIM), [(i, j) for i in range(4) for j in range(4) if i != j]
    if paper == "DHN":
        codes = np.tanh(x)
        penalties = np.log(np.cosh(np.abs(codes) - 1)).sum(axis=1)
        total = eta * sum(penalties[i] + penalties[j] for i, j in pairs)
        weight = 2 * DIM * eta
    else:
        codes = x
        total = eta * np.sum((x - np.sign(x)) ** 2)
        weight = eta * DIM * 4 / len(pairs)
    for i, j in pairs:
        theta = codes[i] @ codes[j] / 2
        total += math.log(1 + math.exp(theta)) - (labels[i] == labels[j]) * theta
    settings = {**PAPERS[paper], "penalty_weight": weight}
    loss = hashing.PairwiseLikelihoodLoss(**settings)(labels, x)
    assert np.isclose(loss, total / len(pairs))


def test_equal_codes_of_different_classes_are_finite_under_cauchy():
    # d = 0 counts as that of a cosine 1e-6 below 1: log(1 + γ / d).
    rows = hashing.pairwise_likelihood_loss(
        [0, 1], np.ones((2, 4)), likelihood="cauchy", scale=2.0
    )
    np.testing.assert_allclose(rows, math.log(1 + 1e6), rtol=1e-6)


@pytest.mark.parametrize(
    "settings",
    [
        {"likelihood": "normal"},
        {"scale": 0},
        {"class_balance": 1},
        {"continuation": 0},
        {"penalty": "l3"},
        {"penalty_weight": -1},
    ],
)
def test_refuses_settings_without_sense(settings):
    assert_refuses(
        hashing.PairwiseLikelihoodLoss, hashing.pairwise_likelihood_loss, settings
    )
