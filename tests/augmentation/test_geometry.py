import numpy as np
import pytest

from tfmetric.augmentation import (
    RandomCrop,
    RandomFlip,
    RandomRotate,
    random_crop,
    random_flip,
    random_rotate,
)

NUMBERED = np.arange(240, dtype=np.uint8).reshape(12, 20)  # each pixel tells its place


def test_crop_is_a_window_and_every_place_occurs():
    crop, generator = RandomCrop((5, 7)), np.random.default_rng(0)
    corners = []
    for _ in range(3000):
        window = crop(NUMBERED, generator)
        top, left = divmod(int(window[0, 0]), 20)
        assert np.array_equal(window, NUMBERED[top : top + 5, left : left + 7])
        assert window.shape == (5, 7)
        corners.append((top, left))
    assert set(corners) == {(top, left) for top in range(8) for left in range(14)}


def test_crop_of_the_whole_image_is_the_image():
    assert np.array_equal(random_crop(NUMBERED, (12, 20)), NUMBERED)


def test_one_number_is_a_square():
    assert random_crop(NUMBERED, 4).shape == (4, 4)


@pytest.mark.parametrize("size", [(13, 5), (5, 21), 13])
def test_crop_that_does_not_fit_says_so(size):
    with pytest.raises(ValueError, match=r"crop less, or set pad=True.*12x20"):
        random_crop(NUMBERED, size)


def test_padding_mirrors_around_the_edges_on_both_sides():
    image = np.array([[1, 2, 3]], np.uint8)
    # four columns are missing to seven: two on each side
    assert random_crop(image, (1, 7), pad=True).tolist() == [[3, 2, 1, 2, 3, 2, 1]]
    # of one missing column, the right side has it
    assert random_crop(image, (1, 4), pad=True).tolist() == [[1, 2, 3, 2]]


def test_padding_one_axis_still_crops_the_other_at_random():
    image = np.array([[1, 2, 3]], np.uint8)
    seen = {random_crop(image, (2, 2), pad=True, seed=s)[0, 0] for s in range(40)}
    assert seen == {1, 2}


@pytest.mark.parametrize("size", [0, -3, 2.5, (4, 0), (4, 5, 6), "4", True])
def test_bad_crop_sizes(size):
    with pytest.raises(ValueError, match="Expected size"):
        RandomCrop(size)


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


def angle_of(image):
    """Direction in degrees, counter-clockwise from the right, of the bright spot."""
    rows, columns = np.indices(image.shape)
    weight = image / image.sum()
    up = 50 - (rows * weight).sum()
    right = (columns * weight).sum() - 50
    return np.degrees(np.arctan2(up, right))


def spot():
    image = np.zeros((101, 101), np.float32)
    image[49:52, 89:92] = 1  # 40 pixels to the right of the centre
    return image


def test_angles_fill_the_range_and_stay_in_it():
    rotate, generator = RandomRotate(30, border="constant"), np.random.default_rng(0)
    angles = np.array([angle_of(rotate(spot(), generator)) for _ in range(600)])
    assert -30.1 <= angles.min() < -28
    assert 28 < angles.max() <= 30.1
    assert abs(angles.mean()) < 4 * (60 / np.sqrt(12)) / np.sqrt(600)
    counts, _ = np.histogram(angles, bins=4, range=(-30.1, 30.1))
    assert all(share_within(count, 600, 0.25) for count in counts)


def test_range_of_angles_is_counter_clockwise():
    rotate, generator = RandomRotate((10, 20), "constant"), np.random.default_rng(0)
    angles = [angle_of(rotate(spot(), generator)) for _ in range(100)]
    assert 9.9 <= min(angles) < max(angles) <= 20.1


def test_quarter_turn_by_hand():
    image = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], np.uint8)
    turned = random_rotate(image, (90, 90))
    assert turned.tolist() == [[3, 6, 9], [2, 5, 8], [1, 4, 7]]


@pytest.mark.parametrize(
    "border, corner", [("constant", 0), ("replicate", 100), ("reflect", 255)]
)
def test_borders(border, corner):
    # Turned by 45°, a corner looks 4.1 pixels beyond the middle of an edge of this
    # frame: at nothing, at the frame itself, or, mirrored, at the inside.
    image = np.full((21, 21), 100, np.uint8)
    image[1:-1, 1:-1] = 255
    turned = random_rotate(image, (45, 45), border=border)
    assert turned[[0, 0, -1, -1], [0, -1, 0, -1]].tolist() == [corner] * 4


@pytest.mark.parametrize("angle", [-1, (20, 10), (1, 2, 3), np.nan, (0, np.inf)])
def test_bad_angles(angle):
    with pytest.raises(ValueError, match="Expected angle as a number of degrees"):
        RandomRotate(angle)


def test_unknown_border():
    with pytest.raises(ValueError, match="'constant', 'reflect', 'replicate'"):
        RandomRotate(10, border="wrap")


@pytest.mark.parametrize(
    "draw",
    [
        lambda seed: random_crop(NUMBERED, 4, seed=seed),
        lambda seed: random_flip(NUMBERED, vertical=0.5, seed=seed),
        lambda seed: random_rotate(NUMBERED, 90, seed=seed),
    ],
)
def test_seed_decides(draw):
    results = [draw(seed) for seed in range(8)]
    assert all(np.array_equal(draw(s), result) for s, result in enumerate(results))
    assert len({result.tobytes() for result in results}) > 1
