"""The operation that mirrors an image."""

import cv2

from tfmetric._core._registry import registered
from tfmetric.augmentation._operation import Operation, check_between


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
        across, down = generator.random(2)
        mirror, topple = across < self.horizontal, down < self.vertical
        if mirror:
            return cv2.flip(image, -1 if topple else 1)
        return cv2.flip(image, 0) if topple else image


def random_flip(image, *, horizontal=0.5, vertical=0.0, seed=None):
    """Mirrors `image` along each axis with its probability; see `RandomFlip`.

    >>> import numpy as np
    >>> image = np.array([[1, 2], [3, 4]], np.uint8)
    >>> random_flip(image, horizontal=1)
    array([[2, 1],
           [4, 3]], dtype=uint8)
    """
    return RandomFlip(horizontal, vertical)(image, seed)
