"""What the operations share: which arrays are images, and how one is called."""

import inspect
from abc import ABC, abstractmethod
from numbers import Real

import cv2
import numpy as np

cv2.setNumThreads(0)
cv2.ocl.setUseOpenCL(False)


class Operation(ABC):
    """One change of an image: settings here, randomness from the caller.

    A subclass stores each setting under the name of its argument and computes in
    `apply`. Settings are shares of white (0..1) wherever they are levels, so that uint8
    and float32 images come out alike.

    >>> class Invert(Operation):
    ...     def apply(self, image, generator):
    ...         return 255 - image
    >>> Invert()(np.array([[0, 200]], np.uint8))
    array([[255,  55]], dtype=uint8)
    """

    # Whether the result is no longer an image of 0..1 or 0..255: nothing may follow.
    final = False

    def __call__(self, image, generator=None):
        """Returns a changed copy of `image`.

        Args:
            image: uint8 or float32 array, (height, width) or (height, width, 1 or 3).
            generator: NumPy Generator to draw from, or a seed for a new one; None is
                different every time.

        Raises:
            ValueError: not an image.
        """
        image = check_image(image).view()
        image.flags.writeable = False  # for an operation of one's own that would draw on it
        result = self.transform(image, np.random.default_rng(generator))
        return result.copy() if np.may_share_memory(result, image) else result

    def transform(self, image, generator):
        """As the call, for images that are checked already; may return a view of `image`.

        What runs many operations in a row checks and copies once instead of each time.
        """
        result = self.apply(image, generator)
        if result.dtype != image.dtype and not self.final:
            raise ValueError(
                f"Expected {image.dtype} of {type(self).__name__}, as the image was, for "
                f"the type says whether white is 255 or 1. Received: {result.dtype}"
            )
        return result.reshape(result.shape[:2] + image.shape[2:])  # cv2 drops 1 channel

    @abstractmethod
    def apply(self, image, generator):
        """Returns the changed image, or a view of `image`, which stays as it is.

        The dtype is that of `image`; a single channel axis may be left out.
        """

    def output_size(self, size):
        """Height and width after the operation; None where they are not known."""
        return size

    def output_dtype(self, dtype):
        """The dtype after the operation."""
        return dtype

    def get_config(self):
        """Settings as plain values, so that `from_config` builds the same operation."""
        settings = {
            name: getattr(self, name) for name in inspect.signature(type(self)).parameters
        }
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in settings.items()
        }

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
    if not _is_between(value, low, high):
        raise ValueError(f"Expected {name} from {low} to {high}. Received: {value!r}")
    return float(value)


def check_range(value, low, high, name):
    """Returns a pair (lower, upper) from `low` to `high`; one number stands twice."""
    pair = (value, value) if np.ndim(value) == 0 else tuple(value)
    inside = len(pair) == 2 and all(_is_between(each, low, high) for each in pair)
    if not inside or pair[0] > pair[1]:
        raise ValueError(
            f"Expected {name} as a number or (lower, upper) from {low} to {high}. "
            f"Received: {value!r}"
        )
    return float(pair[0]), float(pair[1])


def _is_between(value, low, high):
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    return is_number and low <= value <= high


def white(dtype):
    """The value of white in an image."""
    return 255 if dtype == np.uint8 else 1


def clipped(image):
    """Returns `image` with floats that rounding took past black or white set back."""
    return image if image.dtype == np.uint8 else np.clip(image, 0, 1, out=image)


def on_bytes(function, image):
    """Applies a function of uint8 images to an image of either dtype."""
    if image.dtype == np.uint8:
        return function(image)
    return function(cv2.convertScaleAbs(image, alpha=255)) / np.float32(255)
