import numpy as np
import pytest
from oracles.augmentation import check_uniform

from tfmetric.augmentation import CenterCrop, RandomCrop, RandomResizedCrop, random_crop

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


@pytest.mark.parametrize("pad", [1, "reflect", None])
def test_pad_is_a_flag(pad):
    with pytest.raises(ValueError, match="Expected pad to be True or False"):
        RandomCrop(4, pad)


@pytest.mark.parametrize(
    "size, corner",
    [((12, 20), (0, 0)), ((4, 6), (4, 7)), ((5, 7), (3, 6)), ((1, 1), (5, 9))],
)
def test_center_crop_by_hand(size, corner):
    # of an odd row or column to spare, the bottom or the right loses one more
    window = CenterCrop(size)(NUMBERED)
    assert divmod(int(window[0, 0]), 20) == corner
    assert window.shape == size


def test_center_crop_pads_what_is_too_small():
    with pytest.raises(ValueError, match=r"crop less, or set pad=True.*12x20"):
        CenterCrop(13)(NUMBERED)
    image = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], np.uint8)
    assert CenterCrop((1, 5), pad=True)(image).tolist() == [[5, 4, 5, 6, 5]]


def edges(window_of, shape):
    """Where the window of a crop lies in an image of `shape`, told by ramps.

    Linear ramps come out of linear interpolation as they went in, so that the first and
    the last pixel tell the place of the window, if it is enlarged.
    """
    rows = np.linspace(0, 1, shape[0], dtype=np.float32)
    columns = np.linspace(0, 1, shape[1], dtype=np.float32)
    rows, columns = np.meshgrid(rows, columns, indexing="ij")
    image = np.stack([rows, columns, 0 * rows], axis=2)
    seen = window_of(image).astype(float)
    top, bottom = seen[..., 0].min(), seen[..., 0].max()
    left, right = seen[..., 1].min(), seen[..., 1].max()
    return (
        top * (shape[0] - 1),
        bottom * (shape[0] - 1) + 1,
        left * (shape[1] - 1),
        right * (shape[1] - 1) + 1,
    )


SHAPE = (60, 90)


def windows(crop, count):
    generator = np.random.default_rng(0)
    return np.array(
        [edges(lambda image: crop(image, generator), SHAPE) for _ in range(count)]
    )


def test_resized_crop_draws_area_proportions_and_place_as_told():
    crop = RandomResizedCrop((128, 192), scale=(0.1, 0.4), ratio=(0.5, 2.0))
    top, bottom, left, right = windows(crop, 1500).T
    # the edges are whole pixels of the image
    for edge in (top, bottom, left, right):
        np.testing.assert_allclose(edge, np.rint(edge), atol=1e-3)
    assert min(top.min(), left.min()) > -0.01
    assert bottom.max() < SHAPE[0] + 0.01
    assert right.max() < SHAPE[1] + 0.01
    height, width = bottom - top, right - left
    check_uniform(height * width / (SHAPE[0] * SHAPE[1]), 0.1, 0.4, slack=0.01)
    check_uniform(np.log2(width / height), -1, 1, slack=0.1)
    for start, room in ((top, SHAPE[0] - height), (left, SHAPE[1] - width)):
        check_uniform((start + 0.5) / (np.rint(room) + 1), 0, 1)


def test_resized_crop_keeps_the_area_where_proportions_would_not_fit():
    # nine tenths of a 60x90 image fit only between 1.35 and 1.67 times as wide as high
    square = RandomResizedCrop((128, 192), scale=(0.9, 0.9), ratio=(1.0, 1.0))
    top, bottom, left, right = windows(square, 20).T
    np.testing.assert_allclose(bottom - top, 60, atol=1e-3)
    np.testing.assert_allclose(right - left, 81, atol=1e-3)
    some = RandomResizedCrop((128, 192), scale=(0.9, 0.9), ratio=(1.0, 1.5))
    top, bottom, left, right = windows(some, 200).T
    tilt = (right - left) / (bottom - top)
    assert tilt.min() > 1.3
    assert tilt.max() < 1.53
    assert np.ptp(tilt) > 0.1


def test_resized_crop_of_everything_is_the_image():
    crop = RandomResizedCrop((12, 20), scale=1.0, ratio=20 / 12)
    assert np.array_equal(crop(NUMBERED), NUMBERED)


@pytest.mark.parametrize(
    "settings",
    [
        {"size": 0},
        {"scale": (0, 1)},
        {"scale": (0.5, 1.1)},
        {"scale": (0.9, 0.5)},
        {"scale": (np.nan, 1)},
        {"ratio": (0, 1)},
        {"ratio": (2, 1)},
        {"ratio": "square"},
        {"ratio": (1, 2, 3)},
    ],
    ids=str,
)
def test_bad_resized_crops(settings):
    with pytest.raises(ValueError, match=f"Expected {next(iter(settings))} "):
        RandomResizedCrop(**{"size": 8, **settings})


def test_seed_decides():
    results = [random_crop(NUMBERED, 4, seed=seed) for seed in range(8)]
    again = [random_crop(NUMBERED, 4, seed=seed) for seed in range(8)]
    assert np.array_equal(results, again)
    assert len({result.tobytes() for result in results}) > 1
