"""Triplet loss, of triplets and of a batch."""

import numpy as np
import pytest
import tensorflow as tf
from losses.helpers import (
    GOLDEN,
    GOLDEN_LABELS,
    LABELS,
    assert_agrees,
    assert_tuples_agree,
    vectors,
)
from oracles import losses as oracles

from tfmetric import losses, miners
from tfmetric._core._pairs import Memory

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize("distance", ["pearson", "squared_euclidean", "manhattan"])
@pytest.mark.parametrize("average", ["active", "all", "anchors"])
@pytest.mark.parametrize("strategy", ["all", "hard", "semihard", "easy"])
def test_batch_equals_the_oracle(strategy, average, distance):
    assert_agrees(
        losses.triplet_loss,
        oracles.triplet,
        LABELS,
        vectors(10),
        margin=0.7,
        strategy=strategy,
        average=average,
        distance=distance,
    )


@pytest.mark.parametrize("strategy", ["all", "hard", "semihard", "easy"])
@pytest.mark.parametrize("settings", [{"soft": True}, {"swap": True}], ids=str)
def test_soft_margin_and_swap_equal_the_oracle(strategy, settings):
    assert_agrees(
        losses.triplet_loss,
        oracles.triplet,
        LABELS,
        vectors(10),
        margin=0.7,
        strategy=strategy,
        average="all",
        **settings,
    )


def test_soft_margin_of_a_hopeless_triplet_is_its_gap():
    # log(1 + exp(500)), which is infinite where exp is taken first.
    rows = losses.triplet_loss(
        [0, 0, 1], [[0.0], [500.0], [0.0]], distance="euclidean", soft=True
    )
    np.testing.assert_allclose(np.sum(rows), 3 * (500 + np.log(2)) / 2, rtol=1e-6)


@pytest.mark.parametrize("strategy", ["all", "hard", "semihard", "easy"])
@pytest.mark.parametrize("settings", [{}, {"soft": True}, {"swap": True}], ids=str)
def test_a_memory_is_the_rest_of_a_larger_batch(strategy, settings):
    """With `swap`, pytorch-metric-learning looks beyond the end of the batch here."""
    x, settings = vectors(10), {"strategy": strategy, "average": "anchors", **settings}
    memory = Memory(np.array(LABELS[6:]), x[6:], np.full(4, True))
    rows = losses.triplet_loss(LABELS[:6], x[:6], memory=memory, **settings)
    # Means of anchors do not depend on how many anchors there are; one has no mate.
    whole = oracles.triplet(LABELS, x, **settings)[:6] * 9 / 10
    mated = sum(LABELS.count(label) > 1 for label in LABELS[:6])
    np.testing.assert_allclose(rows, whole * 6 / mated, rtol=1e-9)


def test_triplets_equal_the_oracle():
    tuples = vectors(6, 2) ** 2
    assert_tuples_agree(
        losses.triplet_tuple_loss, oracles.triplet_tuple, tuples, margin=0.4
    )


@pytest.mark.parametrize(
    ("strategy", "distance", "expected"),
    [
        ("semihard", "euclidean", 0.789182),
        ("semihard", "squared_euclidean", 0.600000),
        ("semihard", "cosine", 0.800000),
        ("hard", "euclidean", 1.123495),
    ],
)
def test_gives_the_values_of_tensorflow_addons(strategy, distance, expected):
    """`tfa.losses.triplet_semihard_loss` and `triplet_hard_loss`, margin 1."""
    rows = losses.triplet_loss(
        GOLDEN_LABELS,
        np.array(GOLDEN),
        margin=1.0,
        strategy=strategy,
        distance=distance,
        average="all",
    )
    assert np.isclose(np.mean(rows), expected, atol=1e-6)


def test_a_miner_of_all_triplets_equals_the_sum_that_lists_none():
    x = vectors(10)
    listed = losses.triplet_loss(LABELS, x, strategy=miners.AllTripletsMiner())
    np.testing.assert_allclose(listed, losses.triplet_loss(LABELS, x), rtol=1e-9)


def test_a_triplet_on_the_margin_is_not_active():
    # d(a, n) - d(a, p) is the margin for anchor 0 and a half less for anchor 1.
    x = [[0.0], [0.5], [1.0]]
    rows = losses.triplet_loss([0, 0, 1], x, margin=0.5, distance="euclidean")
    np.testing.assert_allclose(rows, [0.0, 1.5, 0.0])


@pytest.mark.parametrize("strategy", ["all", "hard", "semihard"])
@pytest.mark.parametrize("labels", [[0] * 10, list(range(10)), [0] * 9 + [1]])
def test_gradient_is_finite_where_triplets_lack(strategy, labels):
    x = tf.constant(vectors(10))
    with tf.GradientTape() as tape:
        tape.watch(x)
        rows = losses.triplet_loss(
            labels, x, strategy=strategy, distance="euclidean", margin=9.0
        )
    gradient = tape.gradient(rows, x)
    np.testing.assert_allclose(
        rows, oracles.triplet(labels, x.numpy(), 9.0, strategy, "euclidean"), atol=1e-9
    )
    assert np.isfinite(gradient).all()
    assert (len(set(labels)) == 2) == bool(np.any(gradient))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"margin": 0}, "Expected margin > 0"),
        ({"margin": float("nan")}, "Expected margin > 0"),
        ({"strategy": "hardest"}, "Expected strategy to be one of 'all', 'easy', 'hard'"),
        ({"strategy": miners.MultiSimilarityMiner()}, "Expected miner to be a"),
        ({"distance": "l2"}, "Expected distance to be one of 'angular', 'cosine'"),
        ({"soft": "False"}, "Expected soft to be True or False"),
        ({"swap": 1.0}, "Expected swap to be True or False"),
        ({"average": "mean"}, "Expected average to be one of 'active', 'all'"),
    ],
)
def test_refuses_settings_without_sense(settings, message):
    with pytest.raises(ValueError, match=message):
        losses.TripletLoss(**settings)
    with pytest.raises(ValueError, match=message):
        losses.triplet_loss(LABELS, vectors(10), **settings)


def test_tuples_of_another_width_are_refused():
    with pytest.raises(ValueError, match="Expected 2 distances of each tuple"):
        losses.triplet_tuple_loss(None, np.ones((4, 3)))
