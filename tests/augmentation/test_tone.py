import numpy as np
import pytest
from oracles.augmentation import equalized

from tfmetric.augmentation import CLAHE, Grayscale, Normalize, RandomFlip, Solarize

COLORS = np.random.default_rng(3).integers(0, 256, (40, 50, 3), np.uint8)
LEVELS = np.arange(256, dtype=np.uint8)[None]


def luma(image):
    return image @ np.array([0.299, 0.587, 0.114])


def test_grayscale_is_luma_in_every_channel():
    gray = Grayscale()(COLORS)
    assert np.ptp(gray, axis=2).max() == 0
    assert np.abs(gray[..., 0] - luma(COLORS)).max() <= 0.51
    floats = Grayscale()(np.float32(COLORS / 255))
    np.testing.assert_allclose(floats[..., 1], luma(COLORS / 255), atol=1e-6)


@pytest.mark.parametrize("threshold", [0, 0.3, 0.5, 128 / 255, 1])
def test_solarize_inverts_from_the_threshold_up(threshold):
    expected = [255 - x if x / 255 >= threshold else x for x in range(256)]
    assert Solarize(threshold)(LEVELS).tolist() == [expected]
    floats = Solarize(threshold)(np.float32(LEVELS / 255))
    np.testing.assert_allclose(floats[0] * 255, expected, atol=1e-4)


def test_solarize_at_a_level_inverts_that_level():
    for level in range(256):
        expected = np.where(level > LEVELS, LEVELS, 255 - LEVELS)
        assert np.array_equal(Solarize(level / 255)(LEVELS), expected)


@pytest.mark.parametrize("clip_limit", [1.0, 2.0, 5.5, 40.0])
def test_clahe_of_one_tile_equals_the_oracle(clip_limit):
    image = np.random.default_rng(0).binomial(200, 0.3, (48, 56)).astype(np.uint8)
    result = CLAHE(clip_limit, tiles=1)(image)
    assert np.abs(result - equalized(image, clip_limit)).max() <= 0.501


def test_clahe_has_a_curve_for_each_tile():
    generator = np.random.default_rng(0)
    image = np.hstack(
        [
            generator.integers(0, 50, (64, 64), np.uint8),
            generator.integers(90, 99, (64, 64)),
        ]
    ).astype(np.uint8)
    result = CLAHE(3.0, tiles=2)(image)
    # up to the centre of the first tile no other tile counts
    expected = equalized(image[:32, :64], 3.0)[:16, :32]
    assert np.abs(result[:16, :32] - expected).max() <= 0.501
    # too narrow for two tiles across, it has two down
    narrow = image[:, 50:81]
    expected = equalized(narrow[:32], 3.0)[:16]
    assert np.abs(CLAHE(3.0, tiles=2)(narrow)[:16] - expected).max() <= 0.501


def test_clahe_changes_the_luma_of_colors_alone():
    image = (100 + COLORS // 8).astype(np.uint8)  # nothing is clipped
    result = CLAHE(4.0, tiles=1)(image).astype(float)
    expected = equalized(np.rint(luma(image)).astype(np.uint8), 4.0)
    assert np.abs(luma(result) - expected).max() <= 2
    change = result - image
    # red, green and blue change by as much as luma, up to the rounding of each step
    assert np.ptp(change, axis=2).max() <= 4
    assert np.ptp(change) > 20


def test_clahe_needs_tiles_of_sixteen_pixels():
    image = COLORS[:31, :47, 0]
    assert np.array_equal(CLAHE(tiles=8)(image[:, :31]), CLAHE(tiles=1)(image[:, :31]))
    assert not np.array_equal(CLAHE(tiles=8)(image), CLAHE(tiles=1)(image))


def test_normalize_by_hand():
    image = np.array([[[0, 51, 255]], [[255, 102, 0]]], np.uint8)
    result = Normalize((0.5, 0.2, 0), (0.5, 0.1, 2))(image)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, [[[-1, 0, 0.5]], [[1, 2, 0]]], atol=1e-6)
    gray = Normalize(0.5, 0.25)(np.array([[0.5], [1]], np.float32))
    assert gray.tolist() == [[0], [2]]


def test_normalize_gives_mean_zero_and_deviation_one():
    image = np.float32(COLORS / 255)
    settings = image.mean(axis=(0, 1)), image.std(axis=(0, 1))
    result = Normalize(*settings)(image)
    np.testing.assert_allclose(result.mean(axis=(0, 1)), 0, atol=1e-5)
    np.testing.assert_allclose(result.std(axis=(0, 1)), 1, atol=1e-5)


def test_normalize_comes_last():
    assert Normalize.final
    assert not RandomFlip.final
    assert Normalize(0, 1).output_dtype(np.uint8) == np.float32
    assert RandomFlip().output_dtype(np.uint8) == np.uint8
    with pytest.raises(ValueError, match="values from 0 to 1"):
        RandomFlip()(Normalize(0.5, 0.5)(COLORS))


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 1)])
def test_three_means_need_three_channels(shape):
    with pytest.raises(ValueError, match=r"Expected one mean and std.*shape \(4, 5"):
        Normalize((0.4, 0.5, 0.6), 1)(np.zeros(shape, np.uint8))


@pytest.mark.parametrize(
    "settings",
    [
        {"mean": (0.1, 0.2)},
        {"mean": np.nan},
        {"mean": "imagenet"},
        {"std": 0},
        {"std": (1, 1, -1)},
        {"std": np.inf},
    ],
    ids=str,
)
def test_bad_normalize(settings):
    with pytest.raises(ValueError, match=f"Expected {next(iter(settings))} "):
        Normalize(**{"mean": 0, "std": 1, **settings})


@pytest.mark.parametrize(
    "build, name",
    [
        (lambda: Solarize(1.1), "threshold"),
        (lambda: Solarize(128), "threshold"),
        (lambda: CLAHE(0), "clip_limit"),
        (lambda: CLAHE(tiles=0), "tiles"),
        (lambda: CLAHE(tiles=(8, 8)), "tiles"),
    ],
)
def test_bad_settings(build, name):
    with pytest.raises(ValueError, match=f"Expected {name} "):
        build()
