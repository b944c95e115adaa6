"""Normalised softmax, and what all proxy losses take from their base."""

import numpy as np
import pytest
import tensorflow as tf
from losses.helpers import LABELS, assert_agrees
from oracles import losses_proxy as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")

COSINES = np.random.default_rng(1).uniform(-0.9, 0.9, (10, 4))


@pytest.mark.parametrize("temperature", [0.05, 1.0])
def test_equals_the_oracle(temperature):
    assert_agrees(
        losses.normalized_softmax_loss,
        oracles.normalized_softmax,
        LABELS,
        COSINES,
        temperature=temperature,
    )


def test_a_solved_example_keeps_its_small_loss():
    """log(1 + exp(-40)) is exp(-40), not the zero that rounding of 1 + exp(-40) gives."""
    loss = losses.normalized_softmax_loss([0], [[1.0, -1.0]], temperature=0.05)
    assert np.isclose(loss[0], np.exp(-40.0), rtol=1e-4, atol=0)


def test_a_hopeless_example_keeps_its_large_loss():
    loss = losses.normalized_softmax_loss([0], [[-1.0, 1.0]], temperature=0.001)
    assert np.isclose(loss[0], 2000, rtol=1e-6)


def test_functions_say_what_is_wrong_when_called_eagerly():
    with pytest.raises(ValueError, match=r"from 0 to 3. Received: values from 0 to 7"):
        losses.normalized_softmax_loss([0, 7], COSINES[:2])
    with pytest.raises(ValueError, match=r"Received: values from -30.0 to 8.0"):
        losses.normalized_softmax_loss([0], [[8.0, -30.0]])


@pytest.mark.parametrize("temperature", [0, -1, np.inf])
def test_refuses_settings_without_sense(temperature):
    for refused in (
        lambda: losses.NormalizedSoftmaxLoss(temperature=temperature),
        lambda: losses.normalized_softmax_loss(LABELS, COSINES, temperature=temperature),
    ):
        with pytest.raises(ValueError, match="Expected temperature > 0"):
            refused()


def test_names_give_losses():
    assert isinstance(losses.get("normalized_softmax"), losses.NormalizedSoftmaxLoss)
    assert isinstance(losses.get("arcface"), losses.ArcFaceLoss)


def test_labels_may_be_constants_of_a_graph():
    graph = tf.function(lambda x: losses.normalized_softmax_loss(LABELS, x))
    np.testing.assert_allclose(
        graph(COSINES), oracles.normalized_softmax(LABELS, COSINES), rtol=1e-9
    )
