"""Quantisation loss."""

import numpy as np
import pytest
from losses.helpers import assert_tuples_agree, vectors
from oracles import losses as oracles

from tfmetric.losses import hashing

pytestmark = pytest.mark.usefixtures("uncompiled")


def test_equals_the_oracle():
    assert_tuples_agree(hashing.quantization_loss, oracles.quantization, vectors(6, 5))


def test_codes_cost_nothing_and_undecided_bits_most():
    rows = hashing.quantization_loss(None, [[1.0, -1.0, 1.0, -1.0], [0.0, 0.0, 0.0, 0.0]])
    assert np.array_equal(rows, [0, 1])
