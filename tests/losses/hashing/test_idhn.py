"""Improved deep hashing of multi-label data."""

import math

import numpy as np
import pytest
import tensorflow as tf
from losses.hashing.pairs import assert_refuses
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_hashing_pairs as oracles

from tfmetric.losses import hashing

pytestmark = pytest.mark.usefixtures("uncompiled")

# All classes in common, some, none; the last has none at all.
CLASSES = [[1, 0, 0], [1, 1, 0], [1, 1, 0], [0, 1, 1], [0, 0, 1], [1, 1, 1], [0, 0, 0]]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"scale": 2.0, "soft_weight": 0.5, "penalty": None},
        {"penalty": "log_cosh", "penalty_weight": 0.7},
    ],
)
@pytest.mark.parametrize("labels", [CLASSES, LABELS], ids=["multi-hot", "ids"])
def test_equals_the_oracle(labels, settings):
    x = vectors(len(labels), 5)
    assert_agrees(hashing.idhn_loss, oracles.idhn, labels, x, **settings)


def test_pairs_with_some_classes_in_common_have_a_distance_of_their_own():
    # One class of two and three: a cosine of 1 / √6, which s = 2 / √6 - 1 says.
    s = 2 / math.sqrt(6) - 1
    h = np.array([[1, 1], [1, 2 * s - 1]]) * 0.5  # of which the mean product is s / 4
    labels = [[1, 1, 0, 0], [0, 1, 1, 1]]
    rows = hashing.idhn_loss(labels, h / (1 - abs(h)), soft_weight=1.0, penalty=None)
    np.testing.assert_allclose(rows, ((s / 4 - s) / 2) ** 2)


def test_a_compiled_call_keeps_float64():
    tf.config.run_functions_eagerly(False)  # a graph is stricter about types
    x = vectors(len(CLASSES), 5)
    expected = oracles.idhn(CLASSES, x)
    np.testing.assert_allclose(hashing.idhn_loss(CLASSES, x), expected, rtol=1e-9)


def test_equal_labels_of_many_classes_are_wholly_similar():
    # √(37 · 37) is not left to rounding: the likelihood, not the square.
    labels = np.ones([2, 37])
    rows = hashing.idhn_loss(labels, np.zeros((2, 4)), penalty=None)
    np.testing.assert_allclose(rows, math.log(2))


@pytest.mark.parametrize(
    "settings",
    [{"scale": 0}, {"soft_weight": -1}, {"penalty": "l3"}, {"penalty_weight": -1}],
)
def test_refuses_settings_without_sense(settings):
    assert_refuses(hashing.IDHNLoss, hashing.idhn_loss, settings)
