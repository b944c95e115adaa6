"""Margin loss, with a fixed boundary and with learned ones."""

import numpy as np
import pytest
import tensorflow as tf
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_ranking as oracles

from tfmetric import losses
from tfmetric._core._pairs import Memory

pytestmark = pytest.mark.usefixtures("uncompiled")

SETTINGS = [
    {},
    {"boundary": 1.7, "margin": 0.5},
    {"boundary": 2.5, "distance": "squared_euclidean"},
    {"average": "all"},
    {"average": "anchors", "margin": 0.4},
]


def outputs(boundaries=1, seed=0):
    """Embeddings, and boundaries behind them that differ from row to row."""
    generator = np.random.default_rng(seed)
    learned = generator.uniform(0.9, 1.9, size=(10, boundaries))
    return np.concatenate([vectors(10), learned], axis=1)


@pytest.mark.parametrize("settings", SETTINGS)
def test_equals_the_oracle(settings):
    assert_agrees(losses.margin_loss, oracles.margin, LABELS, vectors(10), **settings)


@pytest.mark.parametrize("num_classes", [None, 4, 6])
@pytest.mark.parametrize("average", ["active", "all", "anchors"])
def test_learned_boundaries_equal_the_oracle_and_get_its_gradient(num_classes, average):
    assert_agrees(
        losses.learned_margin_loss,
        oracles.learned_margin,
        LABELS,
        outputs(num_classes or 1),
        num_classes=num_classes,
        average=average,
        margin=0.3,
        regularization=0.25,
    )


def test_the_boundary_of_a_class_is_in_its_own_column():
    # Labels 3 and 1, which must not become 0 and 1. Distances 1 within, 5 and more across.
    x = [[0.0], [1.0], [6.0], [7.0]]
    columns = np.tile([9.0, 0.9, 9.0, 0.5], (4, 1))
    loss = losses.LearnedMarginLoss(num_classes=4, margin=0.1, average="all")
    value = loss([3, 3, 1, 1], np.concatenate([x, columns], axis=1))
    # (1 - 0.5 + 0.1) and (1 - 0.9 + 0.1), each twice, of 12 pairs.
    assert np.isclose(value, 2 * (0.6 + 0.2) / 12)


def test_a_memory_adds_pairs():
    x = vectors(10)
    memory = Memory(np.array(LABELS[6:]), x[6:], np.full(4, True))
    rows = losses.margin_loss(LABELS[:6], x[:6], memory=memory)
    np.testing.assert_allclose(rows, oracles.margin(LABELS, x, anchors=6), rtol=1e-9)

    x = outputs(4)
    memory = memory._replace(embeddings=x[6:])
    settings = {"num_classes": 4, "regularization": 0.5}
    rows = losses.learned_margin_loss(LABELS[:6], x[:6], memory=memory, **settings)
    expected = oracles.learned_margin(LABELS, x, anchors=6, **settings)
    np.testing.assert_allclose(rows, expected, rtol=1e-9)


@pytest.mark.parametrize("wrong", [[0, 1, 4], [0, 1, -1], [0, 1, 2**40]])
def test_refuses_labels_that_are_no_class_numbers(wrong):
    x = outputs(4)[:3]
    for loss in (
        losses.LearnedMarginLoss(num_classes=4),
        lambda labels, x: losses.learned_margin_loss(labels, x, num_classes=4),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError, match="class numbers 0 … 3"):
            loss(np.array(wrong), x)


def test_refuses_outputs_without_boundaries():
    with pytest.raises(ValueError, match="Expected embeddings with 4 boundaries"):
        losses.learned_margin_loss([0, 1], vectors(2), num_classes=4)
    with pytest.raises(ValueError, match="Expected labels of shape"):
        losses.LearnedMarginLoss(num_classes=2)(np.eye(3), vectors(3))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"margin": 0}, "Expected margin > 0"),
        ({"boundary": np.nan}, "Expected boundary to be a finite number"),
        ({"average": "none"}, "Expected average to be one of"),
        ({"miner": "hard"}, "Expected miner to be a PairMiner"),
    ],
)
def test_refuses_settings_without_sense(settings, message):
    for refused in (
        lambda: losses.MarginLoss(**settings),
        lambda: losses.margin_loss(LABELS, vectors(10), **settings),
    ):
        with pytest.raises(ValueError, match=message):
            refused()


@pytest.mark.parametrize("settings", [{"num_classes": 0}, {"regularization": -1}])
def test_refuses_learned_settings_without_sense(settings):
    for refused in (
        lambda: losses.LearnedMarginLoss(**settings),
        lambda: losses.learned_margin_loss(LABELS, outputs(), **settings),
    ):
        with pytest.raises(ValueError, match=f"Expected {next(iter(settings))}"):
            refused()
