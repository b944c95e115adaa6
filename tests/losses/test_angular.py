"""Angular loss."""

import math

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees, vectors
from oracles import losses_ranking as oracles
from oracles.losses_rows import cosines

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")


@pytest.mark.parametrize("angle", [5, 40, 65])
@pytest.mark.parametrize("average", ["active", "all", "anchors"])
def test_equals_the_oracle(angle, average):
    settings = {"angle": angle, "average": average}
    assert_agrees(losses.angular_loss, oracles.angular, LABELS, vectors(10), **settings)


@pytest.mark.parametrize("classes", [2, 5, 17, 23])
def test_classes_of_any_sizes_meet_all_their_mates(classes):
    # From classes wider than a third of the batch to many of one example.
    labels = np.random.default_rng(classes).integers(0, classes, 23) ** 2 // classes
    x = vectors(23, dim=4, seed=classes)
    expected = oracles.angular(labels, x)
    np.testing.assert_allclose(losses.angular_loss(labels, x), expected, rtol=1e-9)


def test_with_several_classes_each_n_is_a_negative_of_both():
    x = vectors(8)
    classes = np.random.default_rng(2).integers(0, 2, (8, 3))
    shared = classes @ classes.T > 0
    s, tangent, terms = cosines(x), math.tan(math.radians(40)) ** 2, []
    for a, p in np.argwhere(shared & ~np.eye(8, dtype=bool)):
        both = np.flatnonzero(~shared[a] & ~shared[p])
        pushes = [4 * tangent * (s[a][n] + s[p][n]) for n in both]
        pull = 2 * (1 + tangent) * s[a][p]
        terms.append(math.log1p(sum(math.exp(push - pull) for push in pushes)))
    assert any(terms)
    assert np.isclose(np.mean(losses.angular_loss(classes, x)), np.mean(terms), rtol=1e-9)


def test_the_widest_angle_keeps_the_far_and_the_near_apart():
    # The negative behind both and the negative at both, at 40 and more e-folds apart.
    x = np.float32([[1, 0], [1, 0], [-1, 0], [1, 0]])
    rows = losses.angular_loss([0, 0, 1, 2], x, angle=65.9)
    tangent = math.tan(math.radians(65.9)) ** 2
    near = 8 * tangent - 2 * (1 + tangent)
    np.testing.assert_allclose(rows, [near * 2, near * 2, 0, 0], rtol=1e-5)
    behind = losses.angular_loss([0, 0, 1], x[:3], angle=65.9)[0]
    assert np.isclose(behind, 1.5 * math.exp(-10 * tangent - 2), rtol=1e-3, atol=0)


@pytest.mark.parametrize("angle", [0, -1, 66, 90, math.nan])
def test_refuses_an_angle_that_bounds_nothing(angle):
    for refused in (losses.AngularLoss, lambda **s: losses.angular_loss([0], [[1.0]], **s)):
        with pytest.raises(ValueError, match="Expected angle [<>]"):
            refused(angle=angle)


def test_refuses_labels_that_do_not_fit():
    with pytest.raises(ValueError, match="Expected one label for each row"):
        losses.angular_loss(LABELS[:9], vectors(10))
