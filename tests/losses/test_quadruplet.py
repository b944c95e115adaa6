"""Quadruplet loss, of quadruplets and of a batch."""

import numpy as np
import pytest
import tensorflow as tf
from losses.helpers import LABELS, assert_agrees, assert_tuples_agree, vectors
from oracles import losses as oracles

from tfmetric import distances, losses
from tfmetric.losses._engine import Anchors
from tfmetric.losses._engine_quadruplets import numbers_of_quadruplets

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize("distance", ["cosine", "euclidean", "manhattan"])
@pytest.mark.parametrize("average", ["active", "all", "anchors"])
@pytest.mark.parametrize("strategy", ["all", "hard"])
def test_batch_equals_the_oracle(strategy, average, distance):
    assert_agrees(
        losses.quadruplet_loss,
        oracles.quadruplet,
        LABELS,
        vectors(10),
        margin=0.7,
        second_margin=0.4,
        strategy=strategy,
        average=average,
        distance=distance,
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("strategy", ["all", "hard"])
def test_any_mix_of_classes_equals_the_oracle(strategy, seed):
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 5, size=12).tolist()
    x = generator.normal(size=(12, 2))
    for average in ("active", "all"):
        settings = {"margin": 1.0, "strategy": strategy, "average": average}
        np.testing.assert_allclose(
            losses.quadruplet_loss(labels, x, **settings),
            oracles.quadruplet(labels, x, **settings),
            rtol=1e-9,
            atol=1e-9,
        )


def test_ties_count_as_the_oracle_counts_them():
    # Whole numbers: many equal distances, and hinges that are exactly zero.
    x = np.random.default_rng(3).integers(0, 3, size=(10, 2)).astype(float)
    settings = {"margin": 1.0, "second_margin": 1.0, "distance": "manhattan"}
    np.testing.assert_allclose(
        losses.quadruplet_loss(LABELS, x, **settings),
        oracles.quadruplet(LABELS, x, **settings),
        rtol=1e-9,
    )


def test_tuples_equal_the_oracle():
    assert_tuples_agree(
        losses.quadruplet_tuple_loss,
        oracles.quadruplet_tuple,
        vectors(6, 3) ** 2,
        margin=0.6,
        second_margin=0.2,
    )


def test_tuples_of_two_anchors_equal_the_oracle():
    assert_tuples_agree(
        losses.two_anchor_tuple_loss,
        oracles.two_anchor_tuple,
        vectors(6, 5) ** 2,
        margin=0.6,
    )


@pytest.mark.parametrize("strategy", ["all", "hard"])
def test_two_classes_have_the_triplet_term_alone(strategy):
    labels, x = [0, 0, 1, 1, 1], vectors(5)
    np.testing.assert_allclose(
        losses.quadruplet_loss(labels, x, strategy=strategy, margin=2.0),
        losses.triplet_loss(labels, x, strategy=strategy, margin=2.0),
        rtol=1e-9,
    )


def test_counts_do_not_overflow():
    """Quadruplets of one anchor number beyond 2**31 in batches of a few thousand."""
    ids = tf.repeat(tf.range(3), 2**15)
    nobody = tf.zeros((3 * 2**15, 1))
    anchors = Anchors(nobody, tf.cast(nobody, tf.int32), nobody == 0, nobody > 0)
    # Pairs of two other classes, each counted in both orders: 2 · 2**15 · 2**15.
    assert set(numbers_of_quadruplets(ids, anchors).numpy()) == {2.0**31}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"margin": 0}, "Expected margin > 0"),
        ({"second_margin": 0}, "Expected second_margin > 0"),
        ({"strategy": "semihard"}, "Expected strategy to be one of 'all', 'hard'"),
        ({"strategy": ["all"]}, "Expected strategy to be one of 'all', 'hard'"),
        ({"average": None}, "Expected average to be one of 'active', 'all'"),
        ({"distance": "snr"}, "Expected distance to be symmetric .*'snr'"),
        ({"distance": distances.DotProduct()}, r"never negative.*DotProduct\(\)"),
    ],
)
def test_refuses_settings_without_sense(settings, message):
    with pytest.raises(ValueError, match=message):
        losses.QuadrupletLoss(**settings)
    with pytest.raises(ValueError, match=message):
        losses.quadruplet_loss(LABELS, vectors(10), **settings)


def test_tuples_of_another_width_are_refused():
    with pytest.raises(ValueError, match="Expected 3 distances of each tuple"):
        losses.quadruplet_tuple_loss(None, np.ones((4, 5)))
    with pytest.raises(ValueError, match="Expected 5 distances of each tuple"):
        losses.two_anchor_tuple_loss(None, np.ones((4, 3)))
