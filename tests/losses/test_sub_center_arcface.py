"""Sub-center ArcFace, and the outliers that its centers show."""

import numpy as np
import pytest
from losses.helpers import LABELS, assert_agrees
from oracles import losses_proxy as oracles

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")

COSINES = np.random.default_rng(1).uniform(-0.9, 0.9, (10, 4, 3))


@pytest.mark.parametrize("margin", [0.5, [0.1, 0.9, 0.3, 1.2]])
def test_equals_the_oracle(margin):
    assert_agrees(
        losses.sub_center_arcface_loss,
        oracles.sub_center_arcface,
        LABELS,
        COSINES,
        margin=margin,
    )


def test_one_center_is_arcface():
    np.testing.assert_array_equal(
        losses.sub_center_arcface_loss(LABELS, COSINES[:, :, :1]),
        losses.arcface_loss(LABELS, COSINES[:, :, 0]),
    )


def turn(*degrees):
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1)


# Three classes of two centers, in degrees.
PROXIES = np.stack([turn(0, 90), turn(180, 270), turn(45, 50)]) * 3


def test_outliers_are_far_from_the_dominant_center():
    labels = np.array([0, 1, 0, 0, 1, 1, 0])
    # Class 0 has 0 as dominant center (5, 40, -74 against 90), class 1 has 270.
    x = turn(5, 265, 40, 90, 184, 280, -74) * np.arange(1, 8)[:, None]
    found = losses.sub_center_outliers(labels, x, PROXIES)
    assert found.tolist() == [False, False, False, True, True, False, False]
    narrow = losses.sub_center_outliers(labels, x, PROXIES, largest_angle=np.radians(39))
    assert narrow.tolist() == [False, False, True, True, True, False, True]


def test_nothing_is_no_outlier():
    nobody = losses.sub_center_outliers(np.zeros(0, int), np.zeros((0, 2)), PROXIES)
    assert nobody.shape == (0,)


def test_outliers_refuse_what_does_not_fit():
    x = turn(0, 90)
    for labels in ([0, 3], [0, -1], [0.0, 1.0]):
        with pytest.raises(ValueError, match="class indices from 0 to 2"):
            losses.sub_center_outliers(labels, x, PROXIES)
    for proxies in (PROXIES[:, 0], PROXIES[:, :, :1]):
        with pytest.raises(ValueError, match=r"Expected proxies of shape \(classes, cent"):
            losses.sub_center_outliers([0, 1], x, proxies)
    with pytest.raises(ValueError, match="one label for each of 2 items"):
        losses.sub_center_outliers([0], x, PROXIES)
    with pytest.raises(ValueError, match="Expected largest_angle > 0"):
        losses.sub_center_outliers([0, 1], x, PROXIES, largest_angle=0)
