"""OrthoHash."""

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_hashing_targets as oracles

from tfmetric import losses
from tfmetric.losses import hashing

pytestmark = pytest.mark.usefixtures("uncompiled")

TARGETS = hashing.binary_targets(4, 6, "bernoulli", seed=1)
SETS = [[3], [0, 1], [1], [0, 2, 3], [2], [1], [0], [2, 1], [1], [0, 1, 2, 3]]


def multi_hot(sets):
    return np.array([[j in own for j in range(4)] for own in sets], np.float32)


@pytest.mark.parametrize("settings", [{}, {"margin": 0.0, "scale": 12.0}])
@pytest.mark.parametrize("sets", [[[y] for y in LABELS], SETS], ids=["ids", "multi-hot"])
def test_equals_the_oracle(sets, settings):
    labels = LABELS if sets is not SETS else multi_hot(sets)
    assert_agrees(
        lambda _, x, **kw: hashing.orthohash_loss(labels, x, TARGETS, **kw),
        lambda _, x, **kw: oracles.orthohash(sets, x, TARGETS, **kw),
        None,
        vectors(10, 6),
        **settings,
    )


def test_is_cosface_on_fixed_proxies():
    x = vectors(10, 6)
    cosines = x @ TARGETS.T / np.linalg.norm(x, axis=1, keepdims=True) / np.sqrt(6)
    expected = losses.cosface_loss(LABELS, cosines, margin=0.3, scale=5.0)
    found = hashing.orthohash_loss(LABELS, x, TARGETS, margin=0.3, scale=5.0)
    np.testing.assert_allclose(found, expected)


def test_the_class_draws_the_targets_and_takes_the_root_of_bits_for_a_scale():
    x = vectors(10, 6).astype(np.float32)
    loss = hashing.OrthoHashLoss(4, seed=1, reduction=None)
    expected = hashing.orthohash_loss(LABELS, x, TARGETS, scale=6**0.5)
    np.testing.assert_allclose(loss(LABELS, x), expected, rtol=1e-6)


def test_refuses_settings_without_sense():
    with pytest.raises(ValueError, match="Expected margin >= 0"):
        hashing.OrthoHashLoss(4, margin=-0.1)
    with pytest.raises(ValueError, match="Expected scale > 0"):
        hashing.orthohash_loss(LABELS, vectors(10, 6), TARGETS, scale=0)
