"""Operations that bring an image to a size."""

import cv2
import numpy as np

from tfmetric._core._checks import as_size
from tfmetric._core._registry import registered
from tfmetric.augmentation._operation import Operation, check_between, clipped


@registered
class Resize(Operation):
    """Scales the image to a size, whatever its proportions.

    Choose it for images of nearly one shape, or where a model wants the whole frame.
    Interpolation is linear while no side shrinks by more than 1.5, so that each pixel
    still counts with a weight of 1/4 or more; beyond it, where linear interpolation
    would pass over pixels, those that fall together are averaged.

    Args:
        size: height and width in pixels; one whole number for a square.

    Raises:
        ValueError: a size that is not positive.

    >>> import numpy as np
    >>> Resize((1, 2))(np.array([[10, 20, 60, 70]], np.uint8))
    array([[15, 65]], dtype=uint8)
    """

    def __init__(self, size):
        self.size = as_size(size, "size")

    def apply(self, image, generator):
        return resized(image, self.size)

    def output_size(self, size):
        return self.size


@registered
class Letterbox(Operation):
    """Scales the image until it fits into a frame and fills the rest with one gray.

    Choose it where proportions matter and nothing may be cut off. The image stands in
    the middle of the frame; an odd row or column goes below or to the right.

    Args:
        size: height and width of the frame in pixels; one whole number for a square.
        value: level of the filling as a share of white, 0..1.

    Raises:
        ValueError: a size that is not positive, or a value outside 0..1.

    >>> import numpy as np
    >>> Letterbox(2, value=1)(np.array([[40, 40, 80, 80]], np.uint8))
    array([[ 40,  80],
           [255, 255]], dtype=uint8)
    """

    def __init__(self, size, value=0.0):
        self.size = as_size(size, "size")
        self.value = check_between(value, 0, 1, "value")

    def apply(self, image, generator):
        scale = min(np.divide(self.size, image.shape[:2]))
        inner = [max(1, round(side * scale)) for side in image.shape[:2]]
        top, left = np.subtract(self.size, inner) // 2
        frame = filled(self.size + image.shape[2:], self.value, image.dtype)
        scaled = resized(image, inner).reshape(*inner, *image.shape[2:])
        frame[top : top + inner[0], left : left + inner[1]] = scaled
        return frame

    def output_size(self, size):
        return self.size


def filled(shape, value, dtype):
    """An image of one gray, given as a share of white."""
    return np.full(shape, np.rint(value * 255) if dtype == np.uint8 else value, dtype)


def resized(image, size):
    """Returns `image` scaled to (height, width); as it is if it has that size."""
    if any(1.5 * want < have for want, have in zip(size, image.shape, strict=False)):
        shrunk = [min(pair) for pair in zip(size, image.shape, strict=False)]
        image = clipped(cv2.resize(image, shrunk[::-1], interpolation=cv2.INTER_AREA))
    if tuple(size) != image.shape[:2]:
        image = clipped(cv2.resize(image, size[::-1], interpolation=cv2.INTER_LINEAR))
    return image
