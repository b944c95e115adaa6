"""What the operations share: which arrays are images, and how one is called."""

from abc import ABC, abstractmethod

import cv2
import numpy as np

cv2.setNumThreads(0)
cv2.ocl.setUseOpenCL(False)


class Operation(ABC):
    """One random change of an image: settings here, randomness from the caller.

    A subclass stores its settings, computes in `apply`, and lists them in `get_config`.
    """

    def __call__(self, image, generator):
        """Returns a changed copy of `image`, drawing from the NumPy `generator`."""
        image = check_image(image)
        result = self.apply(image, generator)
        return result.reshape(result.shape[:2] + image.shape[2:])  # cv2 drops 1 channel

    @abstractmethod
    def apply(self, image, generator):
        """Returns the changed image; a single channel axis may be left out."""

    def output_size(self, size):
        """Height and width after the operation; None where they are not known."""
        return size

    @abstractmethod
    def get_config(self):
        """Settings as plain values, so that `from_config` builds the same operation."""

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def __repr__(self):
        settings = (f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({', '.join(settings)})"


def check_image(image):
    """Returns `image` as an array if it is an image of the kind this room takes."""
    image = np.asarray(image)
    flat = image.ndim == 2 or (image.ndim == 3 and image.shape[2] in (1, 3))
    if not flat or image.size == 0 or image.dtype not in (np.uint8, np.float32):
        raise ValueError(
            "Expected one image, uint8 or float32, of shape (height, width), "
            "(height, width, 1) or (height, width, 3). "
            f"Received: shape={image.shape}, dtype={image.dtype}"
        )
    if image.dtype == np.float32 and not (image.min() >= 0 and image.max() <= 1):
        raise ValueError(
            "Expected a float image with values from 0 to 1; divide by 255 first if it "
            f"holds 0..255. Received: values from {image.min()} to {image.max()}"
        )
    return image


def check_between(value, low, high, name):
    """Returns `value` as a float if it is from `low` to `high`, both included."""
    if not low <= value <= high:
        raise ValueError(f"Expected {name} from {low} to {high}. Received: {value!r}")
    return float(value)
