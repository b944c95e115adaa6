"""The operation that hides a part of the image."""

from tfmetric._core._registry import registered
from tfmetric.augmentation._crop import draw_window
from tfmetric.augmentation._operation import Operation, check_between, check_range
from tfmetric.augmentation._resize import filled


@registered
class Cutout(Operation):
    """Fills one rectangle of random area, proportions and place with a gray.

    Choose it where objects are partly hidden, so that no one part of them decides
    alone; widely used in re-identification. The rectangle is drawn as the window of
    `RandomResizedCrop` is: uniform in area and place, always wholly inside.

    Args:
        area: share of the image's area, (lower, upper) in 0..1; one number for a fixed
            one.
        ratio: width over height, (lower, upper); one number for a fixed one.
        value: level of the filling as a share of white, 0..1.

    Raises:
        ValueError: a range that is not positive or is turned round, or a value outside
            0..1.

    Reference: Zhong et al., 2017, Random Erasing Data Augmentation; DeVries and Taylor,
    2017, Improved Regularization of Convolutional Neural Networks with Cutout. Here the
    filling is one gray, not noise, and a rectangle that would not fit is made to.

    >>> import numpy as np
    >>> int((Cutout(0.25, ratio=1, value=0)(np.ones((8, 8), np.float32)) == 0).sum())
    16
    """

    def __init__(self, area=(0.02, 0.33), ratio=(0.3, 3.3), value=0.5):
        self.area = check_range(area, 1e-6, 1, "area")
        self.ratio = check_range(ratio, 1e-3, 1e3, "ratio")
        self.value = check_between(value, 0, 1, "value")

    def apply(self, image, generator):
        window = draw_window(image.shape, self.area, self.ratio, generator)
        image = image.copy()
        image[window] = filled((), self.value, image.dtype)
        return image
