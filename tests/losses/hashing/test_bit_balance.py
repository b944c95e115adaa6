"""Bit balance."""

import numpy as np
import pytest
from losses.helpers import assert_tuples_agree, vectors
from oracles import losses_hashing_targets as oracles

from tfmetric.losses import hashing

pytestmark = pytest.mark.usefixtures("uncompiled")


def test_equals_the_oracle():
    assert_tuples_agree(hashing.bit_balance_loss, oracles.bit_balance, vectors(7, 5))


def test_is_the_share_of_bits_that_say_nothing():
    # Bits 1 and 2 are constant, bit 3 is set for half, bit 4 for a quarter: (2 / 4)².
    codes = [[1, -1, 1, 1], [1, -1, 1, -1], [1, -1, -1, -1], [1, -1, -1, -1]]
    rows = hashing.bit_balance_loss(None, np.float32(codes) * 30)
    np.testing.assert_allclose(rows, [(1 + 1 + 0 + 0.25) / 4] * 4, rtol=1e-6)
