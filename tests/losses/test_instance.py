"""Instance loss."""

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_rows as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize("scale", [64.0, 3.0])
@pytest.mark.parametrize("labels", [LABELS, list(range(10))])
def test_equals_the_oracle(labels, scale):
    assert_agrees(losses.instance_loss, oracles.instance, labels, vectors(10), scale=scale)


def test_is_the_cross_entropy_of_each_example_among_all():
    x = vectors(5)
    powers = np.exp(7 * np.array(oracles.cosines(x)))
    expected = -np.log(np.diag(powers) / powers.sum(1))
    rows = losses.instance_loss(np.arange(5), x, scale=7)
    np.testing.assert_allclose(rows, expected, rtol=1e-9)


def test_the_order_of_the_batch_plays_no_part():
    # pytorch-metric-learning takes the number of a class for a place in the batch.
    x, labels, order = vectors(4), np.array([1, 1, 0, 0]), [2, 0, 1, 3]
    rows = losses.instance_loss(labels, x).numpy()
    found = losses.instance_loss(labels[order], x[order])
    np.testing.assert_allclose(found, rows[order], rtol=1e-9)


def test_refuses_a_scale_of_zero():
    with pytest.raises(ValueError, match="Expected scale > 0"):
        losses.InstanceLoss(scale=0)
    with pytest.raises(ValueError, match="Expected scale > 0"):
        losses.instance_loss([0], [[1.0]], scale=0)
