"""The base of losses on fixed codes: its targets, and what it refuses."""

import json

import numpy as np
import pytest
from losses.helpers import LABELS, vectors

from tfmetric.losses import hashing

pytestmark = pytest.mark.usefixtures("uncompiled")

X = vectors(10, 6).astype(np.float32)


@pytest.mark.parametrize(
    "settings", [{"targets": "hadamard"}, {"targets": "max_distance"}, {"seed": 2}]
)
def test_the_targets_are_those_of_the_settings(settings):
    found = hashing.OrthoHashLoss(4, **settings, reduction=None)(LABELS, X)
    method, seed = settings.get("targets", "bernoulli"), settings.get("seed", 0)
    codes = hashing.binary_targets(4, 6, method, seed)
    np.testing.assert_allclose(found, hashing.orthohash_loss(LABELS, X, codes), rtol=1e-6)
    other = hashing.OrthoHashLoss(4, reduction=None)(LABELS, X)
    assert not np.allclose(found, other)


def test_refuses_settings_without_sense():
    with pytest.raises(ValueError, match="Expected num_classes to be a whole number of at"):
        hashing.OrthoHashLoss(1)
    with pytest.raises(ValueError, match="Expected targets to be one of 'bernoulli'"):
        hashing.OrthoHashLoss(4, targets="center")
    with pytest.raises(ValueError, match="Expected seed to be a whole number"):
        hashing.OrthoHashLoss(4, seed=None)


def test_numbers_of_numpy_are_settings():
    loss = hashing.OrthoHashLoss(np.int64(4), seed=np.uint8(2))
    assert loss(LABELS, X) == hashing.OrthoHashLoss(4, seed=2)(LABELS, X)
    assert json.loads(json.dumps(loss.get_config())) == loss.get_config()


def test_refuses_more_classes_than_codes():
    with pytest.raises(ValueError, match=r"Expected num_classes <= 2\*\*bits"):
        hashing.OrthoHashLoss(65)(LABELS, X)


@pytest.mark.parametrize(
    "targets", [np.eye(4, 6), np.ones((4, 5)), np.ones(6), np.full((4, 6), "1")]
)
def test_refuses_targets_that_are_no_codes(targets):
    """Zeros and ones, as bits are stored, would pull towards zero."""
    with pytest.raises(ValueError, match=r"Expected targets of -1 and \+1"):
        hashing.orthohash_loss(LABELS, X, targets)
