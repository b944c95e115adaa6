"""NT-Xent on labels."""

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses as oracles

from tfmetric import losses
from tfmetric._core._pairs import Memory

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize("temperature", [0.07, 2.0])
@pytest.mark.parametrize("average", ["active", "all", "anchors"])
def test_equals_the_oracle(temperature, average):
    settings = {"temperature": temperature, "average": average}
    assert_agrees(losses.nt_xent_loss, oracles.nt_xent, LABELS, vectors(10), **settings)


def test_multi_hot_labels_and_a_pair_matrix_say_the_same():
    x = vectors(10)
    expected = oracles.nt_xent(LABELS, x)
    multi_hot = np.eye(4)[LABELS]
    pairs = np.equal.outer(LABELS, LABELS)
    for labels in (multi_hot, pairs):
        np.testing.assert_allclose(losses.nt_xent_loss(labels, x), expected, rtol=1e-9)


def test_a_hopeless_pair_is_not_saturated():
    # Cosines -1 and 1 at T = 0.01: log(1 + exp(200)) = 200, where a sum of
    # exponentials and a tiny constant stop near 87.
    rows = losses.nt_xent_loss(
        [0, 0, 1], np.float32([[1, 0], [-1, 0], [1, 0]]), temperature=0.01
    )
    np.testing.assert_allclose(rows, [300, 0.0, 0.0], atol=300 * np.log(2))
    assert np.isclose(rows[0] * 2 / 3, 200)


def test_a_memory_takes_part_as_the_rest_of_a_larger_batch():
    x = vectors(10)
    memory = Memory(np.array(LABELS[6:]), x[6:], np.full(4, True))
    rows = losses.nt_xent_loss(LABELS[:6], x[:6], memory=memory)
    # Anchors of the whole batch, as sums; every anchor here has its mates.
    whole = oracles.nt_xent(LABELS, x)[:6] / 10
    counts = [sum(1 for j in LABELS if j == i) - 1 for i in LABELS]
    expected = whole * sum(counts) / sum(counts[:6]) * 6
    np.testing.assert_allclose(rows, expected, rtol=1e-9)


def test_length_plays_no_part():
    x = vectors(10)
    scaled = x * np.linspace(0.1, 40, 10)[:, None]
    found = losses.nt_xent_loss(LABELS, scaled)
    np.testing.assert_allclose(found, losses.nt_xent_loss(LABELS, x), rtol=1e-9)


def test_refuses_a_temperature_of_zero():
    for refused in (losses.NTXentLoss, lambda **s: losses.nt_xent_loss([0], [[1.0]], **s)):
        with pytest.raises(ValueError, match="Expected temperature > 0"):
            refused(temperature=0)
