"""Contrastive loss on signal-to-noise ratios."""

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_ranking as oracles

from tfmetric import losses
from tfmetric._core._pairs import Memory

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"margin": 3.0, "positive_margin": 0.5},
        {"average": "all", "regularization": 0.3},
        {"average": "anchors", "margin": 2.0},
    ],
)
def test_equals_the_oracle(settings):
    x = vectors(10, dim=5)
    function, oracle = losses.snr_contrastive_loss, oracles.snr_contrastive
    assert_agrees(function, oracle, LABELS, x, **settings)


def test_a_memory_is_the_noise_of_the_batch():
    x = vectors(10, dim=5)
    memory = Memory(np.array(LABELS[6:]), x[6:], np.full(4, True))
    rows = losses.snr_contrastive_loss(LABELS[:6], x[:6], memory=memory)
    expected = oracles.snr_contrastive(LABELS, x, anchors=6)
    np.testing.assert_allclose(rows, expected, rtol=1e-9)


def test_an_anchor_without_variance_is_at_distance_one():
    # pytorch-metric-learning divides by zero, and its mean over active pairs drops that.
    x = [[1.0, 1.0], [0.0, 4.0], [2.0, 2.0]]
    rows = losses.snr_contrastive_loss([0, 0, 1], x, margin=1.5)
    # Positives 1 and 1, of four negatives each hinge 0.5.
    assert np.isclose(np.mean(rows), 1.0 + 0.5)


def test_nan_stays_visible():
    x = vectors(10)
    x[4, 1] = np.nan
    assert np.isnan(np.mean(losses.snr_contrastive_loss(LABELS, x)))


def test_refuses_settings_without_sense():
    for settings in ({"regularization": -1}, {"margin": 0}, {"positive_margin": -1}):
        for refused in (
            lambda s=settings: losses.SNRContrastiveLoss(**s),
            lambda s=settings: losses.snr_contrastive_loss(LABELS, vectors(10), **s),
        ):
            with pytest.raises(ValueError, match=f"Expected {next(iter(settings))} >"):
                refused()
