import numpy as np
import pytest

from tfmetric.augmentation import RandomFlip, random_flip


def share_within(count, draws, probability):
    """Within 4 standard deviations of the binomial mean."""
    spread = 4 * np.sqrt(draws * probability * (1 - probability))
    return abs(count - draws * probability) <= spread


def test_flip_probability_of_each_axis():
    image = np.array([[1, 2], [3, 4]], np.uint8)
    flip, generator = RandomFlip(0.3, 0.8), np.random.default_rng(0)
    corners = [int(flip(image, generator)[0, 0]) for _ in range(4000)]
    # the first pixel tells which axes were flipped
    for corner, probability in {1: 0.14, 2: 0.06, 3: 0.56, 4: 0.24}.items():
        assert share_within(corners.count(corner), 4000, probability)


@pytest.mark.parametrize(
    "horizontal, vertical, expected",
    [
        (0, 0, [[1, 2, 3], [4, 5, 6]]),
        (1, 0, [[3, 2, 1], [6, 5, 4]]),
        (0, 1, [[4, 5, 6], [1, 2, 3]]),
        (1, 1, [[6, 5, 4], [3, 2, 1]]),
    ],
)
def test_flip_by_hand(horizontal, vertical, expected):
    image = np.array([[1, 2, 3], [4, 5, 6]], np.uint8)
    result = random_flip(image, horizontal=horizontal, vertical=vertical)
    assert result.tolist() == expected


def test_flip_keeps_channels_in_place():
    image = np.array([[[1, 2, 3], [4, 5, 6]]], np.uint8)
    result = random_flip(image, horizontal=1)
    assert result.tolist() == [[[4, 5, 6], [1, 2, 3]]]


@pytest.mark.parametrize("settings", [(-0.1, 0), (1.1, 0), (0, 2), (np.nan, 0)])
def test_bad_probabilities(settings):
    with pytest.raises(ValueError, match="Expected (horizontal|vertical) from 0 to 1"):
        RandomFlip(*settings)


def test_seed_decides():
    image = np.array([[1, 2]], np.uint8)
    results = [random_flip(image, seed=seed).tolist() for seed in range(12)]
    assert results == [random_flip(image, seed=seed).tolist() for seed in range(12)]
    assert [[1, 2]] in results
    assert [[2, 1]] in results
