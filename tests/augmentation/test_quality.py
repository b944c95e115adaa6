import io

import numpy as np
import pytest
from oracles.augmentation import check_uniform
from PIL import Image
from scipy.ndimage import gaussian_filter
from scipy.stats import kstest

from tfmetric.augmentation import GaussianBlur, GaussianNoise, JPEGCompression

COLORS = np.random.default_rng(3).integers(0, 256, (20, 30, 3), np.uint8)
GRAY = np.full((200, 200), 0.5, np.float32)


@pytest.mark.parametrize("sigma", [0.4, 1.0, 2.7])
@pytest.mark.parametrize("shape", [(20, 30, 3), (4, 1500, 1), (1, 9)])
def test_blur_is_gaussian_and_mirrors_the_edges(sigma, shape):
    image = np.random.default_rng(0).random(shape)
    widths = (sigma, sigma, 0)[: len(shape)]
    expected = gaussian_filter(image, widths, mode="mirror", truncate=3.0)
    result = GaussianBlur(sigma)(image.astype(np.float32))
    np.testing.assert_allclose(result, expected, atol=1e-5)


def test_blur_of_bytes_is_rounded_once():
    expected = gaussian_filter(COLORS / 1.0, (1.5, 1.5, 0), mode="mirror", truncate=3.0)
    assert np.abs(GaussianBlur(1.5)(COLORS) - expected).max() <= 0.501


def test_sigma_fills_its_range():
    image = np.zeros((31, 31), np.float32)
    image[15, 15] = 1
    blur, generator = GaussianBlur((1.0, 3.0)), np.random.default_rng(0)
    squares = (np.arange(31) - 15.0) ** 2
    spread = [blur(image, generator).sum(axis=0) @ squares for _ in range(400)]
    # what lies beyond 3 sigma is cut off
    check_uniform(np.sqrt(spread) / 0.985, 1, 3, slack=0.05)


def test_no_sigma_is_no_blur():
    assert np.array_equal(GaussianBlur(0)(COLORS), COLORS)


def test_noise_is_normal_independent_and_as_strong_as_told():
    noise = (GaussianNoise(0.05)(GRAY, 0) - GRAY) / 0.05
    assert kstest(noise.ravel(), "norm").pvalue > 0.01
    assert abs(noise.mean()) < 4 / 200
    assert abs(noise.std() - 1) < 4 / np.sqrt(2 * noise.size)
    for axis in (0, 1):
        neighbours = (noise * np.roll(noise, 1, axis)).mean()
        assert abs(neighbours) < 4 / 200
    colors = GaussianNoise(0.05)(np.full((200, 200, 3), 0.5, np.float32), 0)
    across = np.corrcoef(colors.reshape(-1, 3).T) - np.eye(3)
    assert np.abs(across).max() < 4 / 200


def test_noise_of_bytes_is_as_strong_as_that_of_floats():
    noisy = GaussianNoise(0.04)(np.full((200, 200), 128, np.uint8), 0)
    expected = np.hypot(0.04 * 255, 1 / np.sqrt(12))  # rounding adds a uniform part
    assert abs(noisy.std() - expected) < 4 * expected / np.sqrt(2 * noisy.size)
    assert abs(noisy.mean() - 128) < 4 * expected / 200


def test_strength_of_noise_fills_its_range():
    noise, generator = GaussianNoise((0.01, 0.03)), np.random.default_rng(0)
    deviations = [noise(GRAY, generator).std() for _ in range(200)]
    check_uniform(deviations, 0.01, 0.03, slack=0.0004)


def test_noise_stays_within_black_and_white():
    for level in (0, 255):
        noisy = GaussianNoise(0.5)(np.full((50, 50), level, np.uint8), 0)
        # half of the noise is clipped, none of it wraps round
        assert 0.45 < (noisy == level).mean() < 0.55


def test_jpeg_is_what_another_encoder_makes_of_it():
    rows, columns = np.indices((40, 48))
    image = np.stack([4 * rows, 5 * columns, 90 + rows + columns], axis=2).astype(np.uint8)
    for quality in (20, 60, 95):
        stream = io.BytesIO()
        Image.fromarray(image).save(stream, "JPEG", quality=quality)
        expected = np.asarray(Image.open(stream)).astype(int)
        assert np.abs(JPEGCompression(quality)(image) - expected).max() <= 2


def test_jpeg_loses_more_the_lower_the_quality():
    errors = [
        np.abs(JPEGCompression(quality)(COLORS[..., 0]).astype(int) - COLORS[..., 0]).mean()
        for quality in (10, 40, 70, 95, 100)
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] > 10
    assert errors[-1] < 1


def test_jpeg_halves_the_detail_of_color_and_not_of_luma():
    # Red and green of one luma: what tells the columns apart is colour, which is lost.
    image = np.zeros((32, 32, 3), np.uint8)
    image[:, ::2, 0] = 255
    image[:, 1::2, 1] = 130
    result = JPEGCompression(95)(image).astype(int)
    assert np.abs(result[:, ::2] - result[:, 1::2]).max() < 12


def test_quality_fills_its_range():
    compress = JPEGCompression((20, 24))
    seen = {compress(COLORS, seed).tobytes() for seed in range(100)}
    assert seen == {JPEGCompression(q)(COLORS).tobytes() for q in range(20, 25)}


@pytest.mark.parametrize(
    "build, name",
    [
        (lambda: GaussianBlur(-1), "sigma"),
        (lambda: GaussianBlur((2, 1)), "sigma"),
        (lambda: GaussianBlur(1e6), "sigma"),
        (lambda: GaussianBlur("1"), "sigma"),
        (lambda: GaussianNoise(1.1), "deviation"),
        (lambda: GaussianNoise((0, np.nan)), "deviation"),
        (lambda: JPEGCompression(0), "quality"),
        (lambda: JPEGCompression((50, 101)), "quality"),
        (lambda: JPEGCompression(True), "quality"),
    ],
)
def test_bad_settings(build, name):
    with pytest.raises(ValueError, match=f"Expected {name} as a number or"):
        build()
