"""Large-margin softmax: the angle of the own class multiplied, lengths kept."""

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees
from oracles import losses_proxy as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")

GENERATOR = np.random.default_rng(1)
COSINES = GENERATOR.uniform(-0.95, 0.95, (10, 4))
LENGTHS = GENERATOR.uniform(0.2, 3, (10, 4))
PRODUCTS = np.stack([COSINES, LENGTHS], axis=2)


@pytest.mark.parametrize("margin", [1, 2, 3, 4])
@pytest.mark.parametrize("easing", [0, 5])
def test_equals_the_oracle(margin, easing):
    assert_agrees(
        losses.large_margin_softmax_loss,
        oracles.large_margin_softmax,
        LABELS,
        PRODUCTS,
        margin=margin,
        easing=easing,
        scale=1.5,
    )


def test_without_a_margin_it_is_the_softmax_of_the_inner_products():
    logits = COSINES * LENGTHS
    own = logits[np.arange(10), LABELS]
    expected = np.log(np.exp(logits).sum(axis=1)) - own
    found = losses.large_margin_softmax_loss(LABELS, PRODUCTS, margin=1)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_of_equal_lengths_it_is_sphereface():
    equal = np.stack([COSINES, np.full((10, 4), 7.0)], axis=2)
    np.testing.assert_allclose(
        losses.large_margin_softmax_loss(LABELS, equal, margin=3, scale=2.0),
        losses.sphereface_loss(LABELS, COSINES, margin=3, scale=14.0),
        rtol=1e-9,
    )


def test_refuses_what_is_no_product():
    for wrong in (PRODUCTS[:, :, :1], np.concatenate([PRODUCTS, PRODUCTS], axis=2)):
        with pytest.raises(ValueError, match="Expected products .*, cosines and lengths"):
            losses.large_margin_softmax_loss(LABELS, wrong)
    with pytest.raises(ValueError, match="Expected lengths >= 0 behind the cosines"):
        losses.large_margin_softmax_loss(LABELS, PRODUCTS * [1, -1])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"margin": 1.5}, "margin to be a whole number"),
        ({"easing": -1}, "easing >= 0"),
        ({"scale": 0}, "scale > 0"),
    ],
)
def test_refuses_settings_without_sense(settings, message):
    for refused in (
        lambda: losses.LargeMarginSoftmaxLoss(**settings),
        lambda: losses.large_margin_softmax_loss(LABELS, PRODUCTS, **settings),
    ):
        with pytest.raises(ValueError, match=f"Expected {message}"):
            refused()
