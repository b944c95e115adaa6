"""Binary passage retriever."""

import numpy as np
import pytest
import tensorflow as tf
from losses.hashing.pairs import assert_refuses, assert_takes_a_memory
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_hashing_pairs as oracles

from tfmetric.losses import hashing

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"scale": 2.0, "margin": 0.7, "candidate_weight": 0.3, "continuation": 2.0},
        {"candidate_weight": 0.0},
    ],
)
def test_equals_the_oracle(settings):
    function, oracle = (
        hashing.binary_passage_retriever_loss,
        oracles.binary_passage_retriever,
    )
    assert_agrees(function, oracle, LABELS, vectors(10, 5), **settings)


def test_codes_of_a_memory_join_the_gallery():
    assert_takes_a_memory(
        hashing.binary_passage_retriever_loss, oracles.binary_passage_retriever
    )


def test_both_stages_search_codes():
    # Equal signs of decided values: the codes tie, and the values of the query, whose
    # products with them decide the ranking, cannot tell them apart either.
    x = np.float32([[9, 30], [30, 9], [12, 20]])
    loss = hashing.BinaryPassageRetrieverLoss()([0, 0, 1], x)
    assert np.isclose(loss, np.log(2) + 0.1)


def test_only_the_query_is_compared_by_size():
    # (1, 3) prefers the code (-, +) over (+, -) by 2 per bit: log(1 + exp(-10 · 2)).
    x = np.float32([[1, 3], [-40, 40], [40, -40]])
    rows = hashing.binary_passage_retriever_loss([0, 0, 1], x, candidate_weight=0.0)
    assert np.isclose(rows[0] * 2 / 3, np.log1p(np.exp(-20)), rtol=1e-4)


def test_hopeless_rankings_are_not_saturated():
    # t = -100 and 100: log(1 + exp(200)) = 200 for the first; a tie, log 2, no more.
    x = np.float32([[10], [-10], [10]])
    rows = hashing.binary_passage_retriever_loss([0, 0, 1], x, candidate_weight=0.0)
    assert np.isclose(rows[0] * 2 / 3, 200)
    assert tf.reduce_all(tf.math.is_finite(rows))


@pytest.mark.parametrize(
    "settings",
    [{"scale": 0}, {"margin": 0}, {"candidate_weight": -1}, {"continuation": 0}],
)
def test_refuses_settings_without_sense(settings):
    assert_refuses(
        hashing.BinaryPassageRetrieverLoss, hashing.binary_passage_retriever_loss, settings
    )
