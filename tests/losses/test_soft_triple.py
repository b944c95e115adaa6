"""SoftTriple."""

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees
from oracles import losses_proxy as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")

COSINES = np.random.default_rng(1).uniform(-0.9, 0.9, (10, 4, 3))


@pytest.mark.parametrize("temperature", [0.1, 1.0])
def test_equals_the_oracle(temperature):
    assert_agrees(
        losses.soft_triple_loss,
        oracles.soft_triple,
        LABELS,
        COSINES,
        margin=0.1,
        scale=5.0,
        temperature=temperature,
    )


def test_one_center_is_cosface():
    np.testing.assert_allclose(
        losses.soft_triple_loss(LABELS, COSINES[:, :, :1], margin=0.2, scale=7.0),
        losses.cosface_loss(LABELS, COSINES[:, :, 0], margin=0.2, scale=7.0),
        rtol=1e-12,
    )


def test_cold_centers_are_the_nearest_one():
    np.testing.assert_allclose(
        losses.soft_triple_loss(LABELS, COSINES, margin=0.0, temperature=1e-5, scale=7.0),
        losses.sub_center_arcface_loss(LABELS, COSINES, margin=0.0, scale=7.0),
        rtol=1e-6,
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"margin": -1}, "margin >= 0"),
        ({"scale": 0}, "scale > 0"),
        ({"temperature": 0}, "temperature > 0"),
    ],
)
def test_refuses_settings_without_sense(settings, message):
    for refused in (
        lambda: losses.SoftTripleLoss(**settings),
        lambda: losses.soft_triple_loss(LABELS, COSINES, **settings),
    ):
        with pytest.raises(ValueError, match=f"Expected {message}"):
            refused()
