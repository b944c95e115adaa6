"""Operations that cut a window out of the image."""

import math

import cv2
import numpy as np

from tfmetric._core._checks import as_size, check_flag
from tfmetric._core._registry import registered
from tfmetric.augmentation._operation import Operation, check_range
from tfmetric.augmentation._resize import resized


class _FixedCrop(Operation):
    """A window of fixed size; a subclass decides where it stands."""

    def __init__(self, size, pad=False):
        self.size = as_size(size, "size")
        self.pad = check_flag(pad, "pad")

    def apply(self, image, generator):
        if self.pad:
            image = self._padded(image)
        spare = [have - want for have, want in zip(image.shape, self.size, strict=False)]
        if min(spare) < 0:
            raise ValueError(
                f"Expected an image of at least {self.size[0]}x{self.size[1]} pixels; "
                "crop less, or set pad=True. "
                f"Received: {image.shape[0]}x{image.shape[1]}"
            )
        top, left = (self._place(room, generator) for room in spare)
        return image[top : top + self.size[0], left : left + self.size[1]]

    def _padded(self, image):
        missing = np.maximum(np.subtract(self.size, image.shape[:2]), 0)
        if not missing.any():
            return image
        (top, left), (bottom, right) = missing // 2, missing - missing // 2
        return cv2.copyMakeBorder(image, top, bottom, left, right, cv2.BORDER_REFLECT_101)

    def output_size(self, size):
        return self.size


@registered
class RandomCrop(_FixedCrop):
    """Cuts a window of fixed size out of the image, every position equally likely.

    Choose it where the object may stand anywhere in the frame, and last in a pipeline
    whose images differ in size: after it they can be stacked into a batch.

    Args:
        size: height and width of the window in pixels; one whole number for a square.
        pad: what to do with an image smaller than the window. False refuses it; True
            first mirrors it around its edges, evenly on both sides, until it fits.

    Raises:
        ValueError: `size` is not positive, or the window does not fit and `pad` is
            False.
    """

    def _place(self, room, generator):
        return generator.integers(room, endpoint=True)


@registered
class CenterCrop(_FixedCrop):
    """Cuts a window of fixed size out of the middle of the image.

    Choose it beside `RandomCrop`, for the images a model is measured on.

    Args:
        size: height and width of the window in pixels; one whole number for a square.
        pad: whether smaller images are mirrored around their edges or refused, as for
            `RandomCrop`.

    Raises:
        ValueError: a bad `size`, or an image that is smaller and `pad` is False.

    >>> import numpy as np
    >>> CenterCrop((1, 2))(np.array([[1, 2, 3, 4]], np.uint8))
    array([[2, 3]], dtype=uint8)
    """

    def _place(self, room, generator):
        return room // 2


@registered
class RandomResizedCrop(Operation):
    """Cuts out a window of random area and proportions and resizes it.

    Choose it for photographs, where objects come in all sizes: the standard of
    classification and of self-supervised learning. Narrow `scale` where a part of the
    object no longer tells its class.

        area of the window  = a · area of the image,  a uniform in `scale`
        width / height      = r,                      log r uniform in log `ratio`

    Every position inside the image is equally likely. Where the window of area a would
    not fit, r is drawn from those of `ratio` with which it does, or is the nearest to
    them.

    Args:
        size: height and width of the result in pixels; one whole number for a square.
        scale: share of the image's area, (lower, upper) in 0..1.
        ratio: width over height of the window, (lower, upper).

    Raises:
        ValueError: a size or a range that is not positive or is turned round.

    Reference: Szegedy et al., 2015, Going Deeper with Convolutions. Common
    implementations draw area and proportions again when the window does not fit, which
    makes large windows rarer than `scale` says; here the area is uniform.

    >>> import numpy as np
    >>> RandomResizedCrop((8, 6))(np.zeros((28, 30, 3), np.uint8)).shape
    (8, 6, 3)
    """

    def __init__(self, size, scale=(0.08, 1.0), ratio=(3 / 4, 4 / 3)):
        self.size = as_size(size, "size")
        self.scale = check_range(scale, 1e-6, 1, "scale")
        self.ratio = check_range(ratio, 1e-3, 1e3, "ratio")

    def apply(self, image, generator):
        window = draw_window(image.shape, self.scale, self.ratio, generator)
        return resized(image[window], self.size)

    def output_size(self, size):
        return self.size


def draw_window(shape, scale, ratio, generator):
    """Slices of a window of random area, proportions and place inside an image.

    Args:
        shape: of the image, (height, width, …).
        scale: (lower, upper) of the share of the area.
        ratio: (lower, upper) of width over height.
        generator: NumPy generator; four draws are taken from it.
    """
    height, width = shape[:2]
    share, tilt, down, across = generator.random(4)
    area = scale[0] + (scale[1] - scale[0]) * share
    fitting = [area * width / height, width / height / area]
    low, high = np.log(np.clip(ratio, *fitting))
    proportions = math.exp(low + (high - low) * tilt)
    tall = _rounded(math.sqrt(area * height * width / proportions), height)
    wide = _rounded(math.sqrt(area * height * width * proportions), width)
    top, left = int(down * (height - tall + 1)), int(across * (width - wide + 1))
    return slice(top, top + tall), slice(left, left + wide)


def _rounded(length, limit):
    return min(max(round(length), 1), limit)


def random_crop(image, size, *, pad=False, seed=None):
    """Cuts a window of `size` out of `image` at a random place; see `RandomCrop`.

    >>> import numpy as np
    >>> image = np.zeros((28, 28, 1), np.uint8)
    >>> random_crop(image, (20, 24), seed=1).shape
    (20, 24, 1)
    """
    return RandomCrop(size, pad)(image, seed)
