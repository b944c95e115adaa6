"""Bit decorrelation."""

import numpy as np
import pytest
from losses.helpers import assert_tuples_agree, vectors
from oracles import losses_hashing_targets as oracles

from tfmetric.losses import hashing

pytestmark = pytest.mark.usefixtures("uncompiled")


def test_equals_the_oracle():
    assert_tuples_agree(
        hashing.bit_decorrelation_loss, oracles.bit_decorrelation, vectors(7, 5)
    )


def test_ranges_from_uncorrelated_signs_to_bits_that_are_one():
    apart = np.float32(hashing.binary_targets(8, 8)) * 30
    np.testing.assert_allclose(hashing.bit_decorrelation_loss(None, apart), 0, atol=1e-6)
    same = np.repeat(apart[:, :1], 8, axis=1)
    np.testing.assert_allclose(hashing.bit_decorrelation_loss(None, same), 7, rtol=1e-6)
    undecided = apart * 0  # the diagonal alone: 8 · 1 / 8
    np.testing.assert_allclose(hashing.bit_decorrelation_loss(None, undecided), 1)
