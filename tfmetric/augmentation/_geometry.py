"""Operations that move pixels: crop, flip, rotate."""

import cv2
import numpy as np

from tfmetric._core._checks import as_size, check_choice
from tfmetric._core._registry import registered
from tfmetric.augmentation._operation import Operation, check_between

_BORDERS = {
    "reflect": cv2.BORDER_REFLECT_101,
    "replicate": cv2.BORDER_REPLICATE,
    "constant": cv2.BORDER_CONSTANT,
}


@registered
class RandomCrop(Operation):
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

    def __init__(self, size, pad=False):
        self.size = as_size(size, "size")
        self.pad = bool(pad)

    def apply(self, image, generator):
        if self.pad:
            image = self._padded(image)
        spare = np.subtract(image.shape[:2], self.size)
        if spare.min() < 0:
            raise ValueError(
                f"Expected an image of at least {self.size[0]}x{self.size[1]} pixels; "
                "crop less, or set pad=True. "
                f"Received: {image.shape[0]}x{image.shape[1]}"
            )
        top, left = generator.integers(0, spare, endpoint=True)
        return image[top : top + self.size[0], left : left + self.size[1]].copy()

    def _padded(self, image):
        missing = np.maximum(np.subtract(self.size, image.shape[:2]), 0)
        (top, left), (bottom, right) = missing // 2, missing - missing // 2
        return cv2.copyMakeBorder(image, top, bottom, left, right, cv2.BORDER_REFLECT_101)

    def output_size(self, size):
        return self.size

    def get_config(self):
        return {"size": list(self.size), "pad": self.pad}


@registered
class RandomFlip(Operation):
    """Mirrors the image left to right, upside down, both or not at all.

    Choose the axes along which a mirrored object is still the same object: faces and
    animals flip horizontally, cells and aerial images both ways, letters and digits not
    at all.

    Args:
        horizontal: probability, 0..1, of swapping left and right.
        vertical: probability, 0..1, of swapping top and bottom, drawn apart.

    Raises:
        ValueError: a probability outside 0..1.
    """

    def __init__(self, horizontal=0.5, vertical=0.0):
        self.horizontal = check_between(horizontal, 0, 1, "horizontal")
        self.vertical = check_between(vertical, 0, 1, "vertical")

    def apply(self, image, generator):
        mirror, topple = generator.random(2) < (self.horizontal, self.vertical)
        return image[:: -1 if topple else 1, :: -1 if mirror else 1].copy()

    def get_config(self):
        return {"horizontal": self.horizontal, "vertical": self.vertical}


@registered
class RandomRotate(Operation):
    """Turns the image about its centre by a random angle, keeping its size.

    Choose a range that leaves the class alone: ten degrees for digits and faces, 180
    for images without an upright.

    Args:
        angle: degrees, counter-clockwise. A number a draws uniformly from [-a, a]; a
            pair (low, high) from that range.
        border: what fills the corners that turn into view: "reflect" mirrors the image
            about its edge pixels, "replicate" repeats the edge pixels, "constant" is
            black.

    Raises:
        ValueError: a negative number, a range turned round or an unknown border.

    Cost: one bilinear interpolation a pixel.
    """

    def __init__(self, angle, border="reflect"):
        pair = (-angle, angle) if np.ndim(angle) == 0 else tuple(angle)
        if len(pair) != 2 or not (np.isfinite(pair).all() and pair[0] <= pair[1]):
            raise ValueError(
                "Expected angle as a number of degrees >= 0 or (low, high). "
                f"Received: {angle!r}"
            )
        self.angle = tuple(map(float, pair))
        self.border = check_choice(border, _BORDERS, "border")

    def apply(self, image, generator):
        height, width = image.shape[:2]
        centre = ((width - 1) / 2, (height - 1) / 2)
        turn = cv2.getRotationMatrix2D(centre, generator.uniform(*self.angle), 1)
        turned = cv2.warpAffine(
            image, turn, (width, height), borderMode=_BORDERS[self.border]
        )
        # interpolation may round a float just past white
        return turned if image.dtype == np.uint8 else turned.clip(0, 1)

    def get_config(self):
        return {"angle": list(self.angle), "border": self.border}


def random_crop(image, size, *, pad=False, seed=None):
    """Cuts a window of `size` out of `image` at a random place; see `RandomCrop`.

    >>> import numpy as np
    >>> image = np.zeros((28, 28, 1), np.uint8)
    >>> random_crop(image, (20, 24), seed=1).shape
    (20, 24, 1)
    """
    return RandomCrop(size, pad)(image, np.random.default_rng(seed))


def random_flip(image, *, horizontal=0.5, vertical=0.0, seed=None):
    """Mirrors `image` along each axis with its probability; see `RandomFlip`.

    >>> import numpy as np
    >>> image = np.array([[1, 2], [3, 4]], np.uint8)
    >>> random_flip(image, horizontal=1)
    array([[2, 1],
           [4, 3]], dtype=uint8)
    """
    return RandomFlip(horizontal, vertical)(image, np.random.default_rng(seed))


def random_rotate(image, angle, *, border="reflect", seed=None):
    """Turns `image` about its centre by a random angle; see `RandomRotate`.

    >>> import numpy as np
    >>> image = np.array([[1, 2], [3, 4]], np.uint8)
    >>> random_rotate(image, (90, 90))
    array([[2, 4],
           [1, 3]], dtype=uint8)
    """
    return RandomRotate(angle, border)(image, np.random.default_rng(seed))
