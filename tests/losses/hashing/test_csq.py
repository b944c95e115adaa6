"""CSQ: cross-entropy of bits, and the vote of several classes."""

from functools import partial

import numpy as np
import pytest
import tensorflow as tf
from losses.hashing.cases import ONE_EACH, SEVERAL, TARGETS, TIES, assert_equals_the_oracle
from losses.helpers import LABELS, vectors
from oracles import losses_hashing_targets as oracles

from tfmetric.losses import hashing
from tfmetric.losses.hashing._targets import tie_breaker

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize("settings", [{}, {"penalty_weight": 0.7}])
@pytest.mark.parametrize("sets", [ONE_EACH, SEVERAL], ids=["ids", "multi-hot"])
def test_equals_the_oracle(sets, settings):
    assert_equals_the_oracle(
        hashing.csq_loss, partial(oracles.csq, ties=TIES), sets, **settings
    )


def test_a_tie_is_broken_alike_for_all_and_not_by_a_class():
    codes = hashing.binary_targets(20, 64, "bernoulli")
    targets = np.concatenate([codes, -codes])
    far = np.float32(50 * tie_breaker(64))
    for own in (0, 7, 19):  # a code and its opposite tie on every bit
        sets = np.zeros((1, 40))
        sets[0, [own, own + 20]] = 1
        assert hashing.csq_loss(sets, far[None], targets)[0] < 1e-6
    assert np.abs(targets.astype(int) @ tie_breaker(64)).max() < 64


def test_pulls_bits_that_are_far_on_the_wrong_side():
    """Where tanh has no slope: softplus(200) has 2 for each of two bits, by a mean 1."""
    values = tf.constant([[100.0, -100.0]])
    with tf.GradientTape() as tape:
        tape.watch(values)
        loss = hashing.csq_loss([0], values, [[-1, 1], [1, 1]], penalty_weight=0.0)
    assert loss[0] == 200
    assert tape.gradient(loss, values).numpy().tolist() == [[1.0, -1.0]]


def test_refuses_settings_without_sense():
    with pytest.raises(ValueError, match="Expected penalty_weight >= 0"):
        hashing.CSQLoss(4, penalty_weight=-1)
    with pytest.raises(ValueError, match="Expected penalty_weight >= 0"):
        hashing.csq_loss(LABELS, vectors(10, 6), TARGETS, penalty_weight=-1)
