"""CosFace."""

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees
from oracles import losses_proxy as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")

COSINES = np.random.default_rng(1).uniform(-0.9, 0.9, (10, 4))


@pytest.mark.parametrize(("margin", "scale"), [(0.35, 64.0), (0.0, 8.0)])
def test_equals_the_oracle(margin, scale):
    assert_agrees(
        losses.cosface_loss, oracles.cosface, LABELS, COSINES, margin=margin, scale=scale
    )


def test_refuses_settings_without_sense():
    with pytest.raises(ValueError, match="Expected margin >= 0"):
        losses.CosFaceLoss(margin=-0.1)
    with pytest.raises(ValueError, match="Expected scale > 0"):
        losses.cosface_loss(LABELS, COSINES, scale=-1.0)
