"""OrthoHash."""

import numpy as np
import pytest
from losses.hashing.cases import ONE_EACH, SEVERAL, TARGETS, assert_equals_the_oracle
from losses.helpers import LABELS, vectors
from oracles import losses_hashing_targets as oracles

from tfmetric import losses
from tfmetric.losses import hashing

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize("settings", [{}, {"margin": 0.0, "scale": 12.0}])
@pytest.mark.parametrize("sets", [ONE_EACH, SEVERAL], ids=["ids", "multi-hot"])
def test_equals_the_oracle(sets, settings):
    assert_equals_the_oracle(hashing.orthohash_loss, oracles.orthohash, sets, **settings)


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
