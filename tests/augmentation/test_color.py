from itertools import permutations

import numpy as np
import pytest
from oracles.augmentation import check_uniform, in_hsv, jittered

from tfmetric.augmentation import ColorJitter, color_jitter

COLORS = np.random.default_rng(3).random((4, 5, 3)).astype(np.float32)
MUTED = np.float32(0.4) + COLORS / 5  # 0.4..0.6: nothing is clipped


class FixedDraws(np.random.Generator):
    """A generator whose draws are known: the top of each range, steps in one order."""

    def __init__(self, order):
        super().__init__(np.random.PCG64(0))
        self.order = order

    def random(self, count):
        return np.ones(count)

    def permutation(self, count):
        assert count == len(self.order)
        return np.array(self.order)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_equals_the_formulas_in_every_order(order):
    jitter = ColorJitter(brightness=0.5, contrast=0.8, saturation=0.6, hue=0.3)
    result = jitter(COLORS, FixedDraws(order))
    expected = jittered(COLORS, order, (1.5, 1.8, 1.6), 0.3)
    np.testing.assert_allclose(result, expected, atol=1e-5)


def test_bytes_are_the_floats_rounded_once():
    image = np.rint(COLORS * 255).astype(np.uint8)
    jitter = ColorJitter(brightness=0.5, contrast=0.8, saturation=0.6, hue=0.3)
    result = jitter(image, FixedDraws((2, 0, 3, 1)))
    expected = jittered(image / 255, (2, 0, 3, 1), (1.5, 1.8, 1.6), 0.3) * 255
    assert np.abs(result - expected).max() <= 0.501


def test_orders_are_drawn_at_random():
    orders = set()

    class Recording(np.random.Generator):
        def permutation(self, count):
            order = super().permutation(count)
            orders.add(tuple(order.tolist()))
            return order

    for seed in range(400):
        ColorJitter()(COLORS, Recording(np.random.PCG64(seed)))
    assert len(orders) == 24


def test_no_amount_changes_no_byte():
    image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    assert np.array_equal(color_jitter(image, 0, 0, 0, 0), image)


def test_brightness_is_one_factor_within_its_range():
    factors = []
    for seed in range(300):
        ratio = color_jitter(MUTED, 0.3, 0, 0, 0, seed=seed) / MUTED
        assert np.ptp(ratio) < 1e-5
        factors.append(ratio.mean())
    check_uniform(factors, 0.7, 1.3, slack=1e-5)


def test_contrast_keeps_the_mean_and_scales_around_it():
    factors = []
    for seed in range(300):
        result = color_jitter(MUTED, 0, 0.4, 0, 0, seed=seed)
        assert result.mean() == pytest.approx(MUTED.mean(), abs=1e-6)
        factors.append(result.std() / MUTED.std())
    check_uniform(factors, 0.6, 1.4, slack=1e-5)


def test_saturation_alone_changes_and_is_never_pushed_past_one():
    before = in_hsv(COLORS)
    for seed in range(20):
        after = in_hsv(color_jitter(COLORS, 0, 0, 1.0, 0, seed=seed))
        np.testing.assert_allclose(after[:, 2], before[:, 2], atol=1e-5)
        turn = np.abs(after[:, 0] - before[:, 0])
        colorful = after[:, 1] > 0.05
        assert np.minimum(turn, 1 - turn)[colorful].max() < 1e-3
        palest = before[:, 1].argmin()
        factor = after[palest, 1] / before[palest, 1]
        expected = np.minimum(before[:, 1] * factor, 1)
        np.testing.assert_allclose(after[:, 1], expected, atol=1e-4)


def test_saturation_and_hue_fill_their_ranges():
    color = np.array([[[0.6, 0.4, 0.4]]], np.float32)  # red, with a saturation of 1/3
    paler = [in_hsv(color_jitter(color, 0, 0, 0.5, 0, seed=s))[0, 1] for s in range(300)]
    check_uniform(np.multiply(paler, 3), 0.5, 1.5, slack=1e-4)
    turned = [in_hsv(color_jitter(color, 0, 0, 0, 0.1, seed=s))[0, 0] for s in range(300)]
    check_uniform((np.array(turned) + 0.5) % 1 - 0.5, -0.1, 0.1, slack=1e-4)


def test_hue_turns_all_colors_alike_and_changes_nothing_else():
    before = in_hsv(COLORS)
    shifts = []
    for seed in range(200):
        after = in_hsv(color_jitter(COLORS, 0, 0, 0, 0.5, seed=seed))
        np.testing.assert_allclose(after[:, 1:], before[:, 1:], atol=1e-5)
        turn = (after[:, 0] - before[:, 0]) % 1
        turn = (turn - turn[0] + 0.5) % 1 - 0.5 + turn[0]  # no jump from 1 to 0
        assert np.ptp(turn) < 1e-4
        shifts.append(turn[0] % 1)
    check_uniform(shifts, 0, 1)  # all around the circle


def test_hue_of_bytes_keeps_value_and_saturation_within_rounding():
    image = np.rint(COLORS * 255).astype(np.uint8)
    before = in_hsv(image / 255)
    after = in_hsv(color_jitter(image, 0, 0, 0, 0.5, seed=4) / 255)
    np.testing.assert_allclose(after[:, 2], before[:, 2], atol=0.5 / 255)
    bound = 1 / 255 / before[:, 2]  # half a step in each of minimum and maximum
    assert (np.abs(after[:, 1] - before[:, 1]) <= bound).all()


@pytest.mark.parametrize("shape", [(4, 15), (4, 15, 1)])
def test_gray_images_have_no_hue_or_saturation(shape):
    image = COLORS.reshape(shape)
    assert np.array_equal(color_jitter(image, 0, 0, 0.9, 0.5, seed=1), image)
    brighter = ColorJitter(0.5, 0, 0.9, 0.5)(image, FixedDraws((3, 2, 1, 0)))
    np.testing.assert_allclose(brighter, np.minimum(image * 1.5, 1), atol=1e-6)


def test_factors_below_zero_become_zero():
    # brightness of 5 draws from 0..6, not from -4..6: five of six draws are above 1
    means = [color_jitter(MUTED, 5, 0, 0, 0, seed=s).mean() for s in range(300)]
    assert min(means) > 0
    assert 0.75 < np.mean(np.array(means) > MUTED.mean()) < 0.92


@pytest.mark.parametrize(
    "settings",
    [
        {"brightness": -0.1},
        {"contrast": np.nan},
        {"saturation": -1},
        {"hue": 0.6},
        {"hue": -0.1},
    ],
    ids=str,
)
def test_bad_amounts(settings):
    with pytest.raises(ValueError, match=f"Expected {next(iter(settings))} "):
        ColorJitter(**settings)


def test_seed_decides():
    first, again = color_jitter(COLORS, seed=1), color_jitter(COLORS, seed=1)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, color_jitter(COLORS, seed=2))
