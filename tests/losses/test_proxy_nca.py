"""Proxy-NCA and Proxy-NCA++."""

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees
from oracles import losses_proxy as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")

COSINES = np.random.default_rng(1).uniform(-0.9, 0.9, (10, 4))


@pytest.mark.parametrize("scale", [1.0, 9.0])
def test_proxy_nca_equals_the_oracle(scale):
    assert_agrees(losses.proxy_nca_loss, oracles.proxy_nca, LABELS, COSINES, scale=scale)


@pytest.mark.parametrize("temperature", [1 / 9, 1.0])
def test_plus_plus_equals_the_oracle(temperature):
    assert_agrees(
        losses.proxy_nca_plus_plus_loss,
        oracles.proxy_nca_plus_plus,
        LABELS,
        COSINES,
        temperature=temperature,
    )


def test_plus_plus_has_the_own_proxy_in_the_sum():
    """exp(loss of ++) = exp(loss) + 1."""
    np.testing.assert_allclose(
        np.exp(losses.proxy_nca_plus_plus_loss(LABELS, COSINES, temperature=0.5)),
        np.exp(losses.proxy_nca_loss(LABELS, COSINES, scale=2.0)) + 1,
    )


def test_refuses_settings_without_sense():
    with pytest.raises(ValueError, match="Expected scale > 0"):
        losses.ProxyNCALoss(scale=0)
    with pytest.raises(ValueError, match="Expected temperature > 0"):
        losses.ProxyNCAPlusPlusLoss(temperature=0)
