"""DPN: the hinge of each bit."""

from functools import partial

import pytest
from losses.hashing.cases import ONE_EACH, SEVERAL, TARGETS, TIES, assert_equals_the_oracle
from losses.helpers import LABELS, vectors
from oracles import losses_hashing_targets as oracles

from tfmetric.losses import hashing

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize("settings", [{}, {"margin": 0.3}])
@pytest.mark.parametrize("sets", [ONE_EACH, SEVERAL], ids=["ids", "multi-hot"])
def test_equals_the_oracle(sets, settings):
    assert_equals_the_oracle(
        hashing.dpn_loss, partial(oracles.dpn, ties=TIES), sets, **settings
    )


def test_the_majority_decides_each_bit():
    targets = [[1, 1, 1], [1, 1, -1], [1, -1, -1], [-1, -1, -1]]
    three = [[1, 1, 1, 0]]
    assert hashing.dpn_loss(three, [[2.0, 2.0, -2.0]], targets).numpy().tolist() == [0.0]
    assert hashing.dpn_loss(three, [[2.0, -2.0, -2.0]], targets).numpy().tolist() == [1.0]


def test_refuses_settings_without_sense():
    with pytest.raises(ValueError, match="Expected margin > 0"):
        hashing.DPNLoss(4, margin=0)
    with pytest.raises(ValueError, match="Expected margin > 0"):
        hashing.dpn_loss(LABELS, vectors(10, 6), TARGETS, margin=-1)
