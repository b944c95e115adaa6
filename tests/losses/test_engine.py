"""The engine takes other paths for many positives and for large batches: all are exact."""

import numpy as np
import pytest
import tensorflow as tf
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses as oracles

from tfmetric import losses
from tfmetric.losses import _engine, _engine_rows

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.fixture(params=[(0, 2**19), (24, 16), (0, 16)], ids=["many", "blocks", "both"])
def path(request, monkeypatch):
    """Positives taken for many, and matrices for too large for one block."""
    few, cells = request.param
    monkeypatch.setattr(_engine_rows, "FEW", few)
    monkeypatch.setattr(_engine, "CELLS", cells)


@pytest.mark.parametrize("strategy", ["all", "hard", "semihard", "easy"])
def test_triplets_of_every_path_equal_the_oracle(strategy, path):
    assert_agrees(
        losses.triplet_loss,
        oracles.triplet,
        LABELS,
        vectors(10),
        margin=0.7,
        strategy=strategy,
    )


@pytest.mark.parametrize("settings", [{"soft": True}, {"swap": True}], ids=str)
def test_settings_that_look_at_every_triplet_equal_the_oracle(settings, path):
    assert_agrees(losses.triplet_loss, oracles.triplet, LABELS, vectors(10), **settings)


def test_quadruplets_of_every_path_equal_the_oracle(path):
    settings = {"margin": 0.7, "second_margin": 0.4}
    x = vectors(10)
    assert_agrees(losses.quadruplet_loss, oracles.quadruplet, LABELS, x, **settings)


@pytest.mark.parametrize("strategy", ["all", "semihard"])
@pytest.mark.parametrize("seed", range(4))
def test_ties_count_as_the_oracle_counts_them(strategy, seed, path):
    # Whole numbers: many equal distances, and hinges that are exactly zero.
    generator = np.random.default_rng(seed)
    x = generator.integers(0, 3, size=(12, 2)).astype(float)
    labels = generator.integers(0, 4, size=12).tolist()
    settings = {"margin": 1.0, "strategy": strategy, "distance": "manhattan"}
    np.testing.assert_allclose(
        losses.triplet_loss(labels, x, **settings),
        oracles.triplet(labels, x, **settings),
        atol=1e-9,
    )


@pytest.mark.parametrize("form", ["multi-hot", "pair matrix"])
@pytest.mark.parametrize("strategy", ["all", "semihard", "hard", "easy"])
def test_labels_without_ids_are_packed_alike(form, strategy, path):
    labels = np.array(LABELS)
    given = np.eye(4)[labels] if form == "multi-hot" else np.equal.outer(labels, labels)
    found = losses.triplet_loss(given, vectors(10), strategy=strategy)
    expected = oracles.triplet(LABELS, vectors(10), strategy=strategy)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_equal_negatives_share_the_gradient(path):
    # Both negatives of anchor 0 are 2 away: each is pushed by a half, as in
    # tensorflow-addons, whose minimum shares its gradient among ties.
    x = tf.constant([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0], [0.0, -2.0]])
    labels, settings = [0, 0, 1, 2], {"distance": "euclidean", "average": "all"}
    for strategy in ("hard", "semihard"):
        with tf.GradientTape() as tape:
            tape.watch(x)
            rows = losses.triplet_loss(labels, x, margin=9.0, strategy=strategy, **settings)
            first = rows[0] / 2  # two anchors have triplets, of four
        push = tape.gradient(first, x).numpy()[2:]
        np.testing.assert_allclose(push, [[0, -0.5], [0, 0.5]], atol=1e-6)


def test_long_sums_of_float32_stay_exact(path):
    # 2**10 negatives at 1000.125 under a threshold just above: hinges of 0.125 each.
    x = np.zeros((2**10 + 2, 1), np.float32)
    x[1] = 1000.0
    x[2:] = 1000.125
    labels = [0, 0, *[1] * 2**10]
    rows = losses.triplet_loss(
        tf.constant(labels)[:, None], x, margin=0.25, distance="euclidean", average="all"
    )
    pairs = 2**11 + 2**10 * (2**10 - 1) * 2
    assert np.isclose(rows[0] / len(x) * pairs, 2**10 * 0.125, rtol=1e-4)
