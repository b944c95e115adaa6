"""Contrastive loss, of pairs and of a batch."""

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses as oracles
from oracles.distances import DISTANCES

from tfmetric import losses
from tfmetric._core._pairs import Memory

pytestmark = pytest.mark.usefixtures("uncompiled")

SAME = [1, 0, 1, 0, 0, 1]
APART = np.array([0.3, 0.4, 1.7, 2.6, 0.0, 0.0])


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("power", [1, 2, 3])
def test_batch_equals_the_oracle(distance, power):
    assert_agrees(
        losses.contrastive_loss,
        oracles.contrastive,
        LABELS,
        vectors(10),
        margin=1.3,
        distance=distance,
        power=power,
    )


@pytest.mark.parametrize("average", ["active", "all", "anchors"])
def test_every_average_equals_the_oracle(average):
    assert_agrees(
        losses.contrastive_loss,
        oracles.contrastive,
        LABELS,
        vectors(10),
        margin=1.7,
        positive_margin=1.1,
        average=average,
    )


@pytest.mark.parametrize(("margin", "power"), [(1.0, 2), (2.0, 1)])
def test_pairs_equal_the_oracle(margin, power):
    assert_agrees(
        losses.contrastive_tuple_loss,
        oracles.contrastive_tuple,
        SAME,
        APART + 0.01,
        margin=margin,
        power=power,
    )


def test_pairs_give_the_values_of_tensorflow_addons():
    """`tfa.losses.contrastive_loss`, y = 1 similar: margin 1, no factor one half."""
    rows = losses.contrastive_tuple_loss([1, 0, 1, 0], [0.5, 0.5, 2.0, 2.0])
    assert rows.numpy().tolist() == [0.25, 0.25, 4.0, 0.0]


@pytest.mark.parametrize("same", [SAME, np.array(SAME, bool), np.array(SAME)[:, None]])
def test_pairs_take_any_form_of_target(same):
    rows = losses.contrastive_tuple_loss(same, APART)
    np.testing.assert_allclose(rows, oracles.contrastive_tuple(SAME, APART), rtol=1e-6)


def test_pairs_of_column_shape_keep_it():
    columns = losses.contrastive_tuple_loss(SAME, APART[:, None])
    assert columns.shape == (6, 1)
    np.testing.assert_array_equal(columns[:, 0], losses.contrastive_tuple_loss(SAME, APART))


def test_the_two_means_are_taken_apart():
    # One positive pair, d = 1; of five negative pairs only the one at d = 0.5 is near.
    x = [[0.0], [1.0], [1.5], [90.0]]
    rows = losses.contrastive_loss([0, 0, 1, 2], x)
    assert np.isclose(np.mean(rows), 1.0 + 0.25 / 5)


def test_one_positive_and_one_negative_pair_count():
    # pytorch-metric-learning drops both when each is the only one of its kind.
    x = [[0.0], [1.0]]
    assert np.mean(losses.contrastive_loss([0, 0], x)) == 1.0
    assert np.isclose(np.mean(losses.contrastive_loss([0, 1], x, margin=1.5)), 0.25)


def test_a_memory_adds_pairs_of_the_batch_with_it():
    # |0 - 1| = 1 pulls, margin 2 - |0 - 0.5| = 1.5 pushes, the empty slot does neither.
    memory = Memory(
        labels=[4, 9, 9], embeddings=[[1.0], [0.5], [0.0]], valid=[True, True, False]
    )
    rows = losses.contrastive_loss([4], [[0.0]], margin=2.0, memory=memory)
    np.testing.assert_allclose(rows, [1.0 + 1.5**2])


@pytest.mark.parametrize(
    ("settings", "expected"),
    [({"margin": 0}, "> 0"), ({"margin": -1}, "> 0"), ({"power": 0.5}, ">= 1")],
)
def test_refuses_settings_without_sense(settings, expected):
    for refused in (
        lambda: losses.ContrastiveLoss(**settings),
        lambda: losses.ContrastiveTupleLoss(**settings),
        lambda: losses.contrastive_loss(LABELS, vectors(10), **settings),
        lambda: losses.contrastive_tuple_loss(SAME, APART, **settings),
    ):
        with pytest.raises(ValueError, match=f"Expected {next(iter(settings))} {expected}"):
            refused()
