"""Quantisation loss."""

import math

import numpy as np
import pytest
import tensorflow as tf
from losses.hashing.pairs import assert_refuses
from losses.helpers import assert_tuples_agree, vectors
from oracles import losses_hashing_pairs as oracles

from tfmetric.losses import hashing

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize("norm", oracles.NORMS)
def test_equals_the_oracle(norm):
    for scale in (1.0, 10.0):
        settings = {"norm": norm, "scale": scale}
        function, oracle = hashing.quantization_loss, oracles.quantization
        assert_tuples_agree(function, oracle, vectors(6, 5), **settings)


@pytest.mark.parametrize("norm", oracles.NORMS)
def test_codes_cost_nothing(norm):
    rows = hashing.quantization_loss(
        None, [[1.0, -1.0, 1.0], [-1.0, -1.0, -1.0]], norm=norm
    )
    np.testing.assert_allclose(rows, [0, 0], atol=1e-6)


UNDECIDED = {
    "l1": 1,
    "l2": 1,
    "cubic": 1,
    "log_cosh": math.log(math.cosh(1)),
    "cosine": 1,
    "cauchy": math.log(1 + 10 / 2),
}


@pytest.mark.parametrize("norm", UNDECIDED)
def test_undecided_bits_have_a_value_and_a_finite_slope(norm):
    values = tf.zeros([1, 4])
    with tf.GradientTape() as tape:
        tape.watch(values)
        rows = hashing.quantization_loss(None, values, norm=norm)
    assert np.isclose(rows[0], UNDECIDED[norm])
    assert np.isfinite(tape.gradient(rows, values)).all()


def test_the_angle_is_blind_to_length():
    values = vectors(6, 5)
    for norm in ("cosine", "cauchy"):
        short, long = (
            hashing.quantization_loss(None, values * scale, norm=norm)
            for scale in (1e-20, 1e20)
        )
        np.testing.assert_allclose(short, long, rtol=1e-9)


def test_log_cosh_is_exact_at_both_ends():
    # Near the goal half a square, far from it the way less log 2.
    values = tf.constant([[1.001], [91.0]], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(values)
        rows = hashing.quantization_loss(None, values, norm="log_cosh")
    np.testing.assert_allclose(rows, [0.001**2 / 2, 90 - math.log(2)], rtol=1e-6)
    np.testing.assert_allclose(tape.gradient(rows, values), [[0.001], [1]], rtol=1e-6)


@pytest.mark.parametrize("settings", [{"norm": "l3"}, {"scale": 0}])
def test_refuses_settings_without_sense(settings):
    assert_refuses(hashing.QuantizationLoss, hashing.quantization_loss, settings)
