"""Operations that change colours and leave every pixel where it is."""

import cv2
import numpy as np

from tfmetric._core._registry import registered
from tfmetric.augmentation._operation import Operation, check_between


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
    """

    def __init__(self, brightness=0.2, contrast=0.2, saturation=0.2, hue=0.2):
        self.brightness = check_between(brightness, 0, 10, "brightness")
        self.contrast = check_between(contrast, 0, 10, "contrast")
        self.saturation = check_between(saturation, 0, 10, "saturation")
        self.hue = check_between(hue, 0, 0.5, "hue")

    def apply(self, image, generator):
        steps = [
            (_scale_brightness, _draw_factor(self.brightness, generator)),
            (_scale_contrast, _draw_factor(self.contrast, generator)),
            (_scale_saturation, _draw_factor(self.saturation, generator)),
            (_shift_hue, generator.uniform(-self.hue, self.hue)),
        ]
        white = 255 if image.dtype == np.uint8 else 1
        pixels = image.astype(np.float32) / white
        for position in generator.permutation(len(steps)):
            step, amount = steps[position]
            pixels = step(pixels, amount).clip(0, 1)
        return np.rint(pixels * 255).astype(np.uint8) if white == 255 else pixels

    def get_config(self):
        return {
            "brightness": self.brightness,
            "contrast": self.contrast,
            "saturation": self.saturation,
            "hue": self.hue,
        }


def _draw_factor(amount, generator):
    return generator.uniform(max(0, 1 - amount), 1 + amount)


def _scale_brightness(pixels, factor):
    return factor * pixels


def _scale_contrast(pixels, factor):
    return factor * pixels + (1 - factor) * pixels.mean()


def _scale_saturation(pixels, factor):
    if pixels.shape[2:] != (3,):
        return pixels
    hue, saturation, value = cv2.split(cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV))
    saturation = np.minimum(saturation * factor, 1)
    return cv2.cvtColor(cv2.merge((hue, saturation, value)), cv2.COLOR_HSV2RGB)


def _shift_hue(pixels, shift):
    if pixels.shape[2:] != (3,):
        return pixels
    hue, saturation, value = cv2.split(cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV))
    hue = (hue + 360 * shift) % 360
    return cv2.cvtColor(cv2.merge((hue, saturation, value)), cv2.COLOR_HSV2RGB)


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
    operation = ColorJitter(brightness, contrast, saturation, hue)
    return operation(image, np.random.default_rng(seed))
