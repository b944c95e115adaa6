"""The operation that changes brightness, contrast, saturation and hue."""

import cv2
import numpy as np

from tfmetric._core._registry import registered
from tfmetric.augmentation._operation import Operation, check_between, clipped, white


@registered
class ColorJitter(Operation):
    """Changes brightness, contrast, saturation and hue at random, in random order.

    Choose it where light and camera vary and colour does not tell the classes apart;
    keep `hue` small where it does. With x a pixel in 0..1:

        brightness:  f · x                  f in [1 - brightness, 1 + brightness]
        contrast:    f · x + (1 - f) · m    f in [1 - contrast, 1 + contrast]
        saturation:  S becomes f · S        f in [1 - saturation, 1 + saturation]
        hue:         H becomes H + 360 · s  s in [-hue, hue]

    where m is the mean of the whole image, and S and H are those of HSV, H in degrees
    of the colour circle. No f is below 0. Each result is clipped to 0..1 before the
    next step; uint8 images are rounded once, at the end. Saturation and hue leave
    images of one channel as they are.

    Args:
        brightness: float 0..10, largest relative change.
        contrast: float 0..10, largest relative change.
        saturation: float 0..10, largest relative change.
        hue: float 0..0.5, largest shift as a share of the colour circle.

    Raises:
        ValueError: an amount out of its range.

    Cost: a few float32 passes, and one way to HSV and back, or two where brightness or
    contrast come between saturation and hue. What has the amount 0 costs nothing.
    """

    def __init__(self, brightness=0.2, contrast=0.2, saturation=0.2, hue=0.2):
        self.brightness = check_between(brightness, 0, 10, "brightness")
        self.contrast = check_between(contrast, 0, 10, "contrast")
        self.saturation = check_between(saturation, 0, 10, "saturation")
        self.hue = check_between(hue, 0, 0.5, "hue")

    def apply(self, image, generator):
        limits = (self.brightness, self.contrast, self.saturation, self.hue)
        *shares, turn = generator.random(4).tolist()
        amounts = [*map(_factor, limits, shares), self.hue * (2 * turn - 1)]
        steps = [
            (_STEPS[place], amounts[place])
            for place in generator.permutation(4).tolist()
            if limits[place]
        ]
        if image.shape[2:] != (3,):
            steps = [(step, amount) for step, amount in steps if step not in _IN_HSV]
        return _run(steps, image) if steps else image


def _factor(limit, share):
    low = max(0.0, 1 - limit)
    return low + (1 + limit - low) * share


def _run(steps, image):
    """Applies (step, amount) pairs in float32, those on HSV on one way there and back."""
    pixels, in_hsv = image.astype(np.float32, order="C"), False
    brightest = white(image.dtype)
    for step, amount in steps:
        if (step in _IN_HSV) != in_hsv:
            pixels = cv2.cvtColor(pixels, _TO_RGB if in_hsv else _TO_HSV)
            in_hsv = not in_hsv
        step(pixels, amount, brightest)
    if in_hsv:
        pixels = cv2.cvtColor(pixels, _TO_RGB)
    return cv2.convertScaleAbs(pixels) if brightest == 255 else clipped(pixels)


# Each step changes its pixels in place; HSV of values up to 255 has its V up to 255.
_TO_HSV, _TO_RGB = cv2.COLOR_RGB2HSV, cv2.COLOR_HSV2RGB


def _scale_brightness(pixels, factor, brightest):
    pixels *= factor
    if factor > 1:
        np.clip(pixels, 0, brightest, out=pixels)


def _scale_contrast(pixels, factor, brightest):
    mean = cv2.norm(pixels, cv2.NORM_L1) / pixels.size  # no pixel is negative
    pixels *= factor
    pixels += (1 - factor) * mean
    if factor > 1:
        np.clip(pixels, 0, brightest, out=pixels)


def _scale_saturation(pixels, factor, brightest):
    saturation = pixels[..., 1]
    saturation *= factor
    if factor > 1:
        np.clip(saturation, 0, 1, out=saturation)


def _shift_hue(pixels, shift, brightest):
    hue = pixels[..., 0]
    hue += 360 * (shift % 1)


_STEPS = (_scale_brightness, _scale_contrast, _scale_saturation, _shift_hue)
_IN_HSV = (_scale_saturation, _shift_hue)


def color_jitter(
    image, brightness=0.2, contrast=0.2, saturation=0.2, hue=0.2, *, seed=None
):
    """Changes the colours of `image` at random; see `ColorJitter`.

    >>> import numpy as np
    >>> gray = np.full((2, 2), 100, np.uint8)
    >>> color_jitter(gray, brightness=0, contrast=1, saturation=1, hue=0.5)
    array([[100, 100],
           [100, 100]], dtype=uint8)
    """
    return ColorJitter(brightness, contrast, saturation, hue)(image, seed)
