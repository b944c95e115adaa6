"""Operations that map levels to levels: grayscale, solarize, CLAHE, normalize."""

import cv2
import numpy as np

from tfmetric._core._checks import check_count, check_number, check_positive
from tfmetric._core._registry import registered
from tfmetric.augmentation._operation import Operation, check_between, on_bytes, white


@registered
class Grayscale(Operation):
    """Takes the colours away and keeps the number of channels.

    Choose it, at random through `RandomApply`, where colour must not decide. With the
    luma of ITU-R BT.601, every channel becomes

        0.299 · R + 0.587 · G + 0.114 · B

    Images of one channel stay as they are.

    >>> import numpy as np
    >>> Grayscale()(np.array([[[100, 0, 0], [0, 100, 0], [0, 0, 100]]], np.uint8))
    array([[[30, 30, 30],
            [59, 59, 59],
            [11, 11, 11]]], dtype=uint8)
    """

    def apply(self, image, generator):
        if image.shape[2:] != (3,):
            return image
        return cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


@registered
class Solarize(Operation):
    """Inverts all levels from a threshold up.

    Choose it, at random through `RandomApply`, for self-supervised learning on two
    views, where it makes one view strange without hiding its shapes. With x in 0..1:
    x becomes 1 - x where x >= threshold, and stays below it.

    Args:
        threshold: share of white, 0..1. 0 inverts everything.

    Raises:
        ValueError: a threshold outside 0..1.

    Reference: Grill et al., 2020, Bootstrap Your Own Latent.

    >>> import numpy as np
    >>> Solarize(0.5)(np.array([[0, 127, 128, 255]], np.uint8))
    array([[  0, 127, 127,   0]], dtype=uint8)
    """

    def __init__(self, threshold=0.5):
        self.threshold = check_between(threshold, 0, 1, "threshold")

    def apply(self, image, generator):
        if image.dtype == np.float32:
            return np.abs(np.subtract(image >= self.threshold, image))
        dark = np.arange(256) / np.float32(255) < self.threshold
        _, mask = cv2.threshold(image, int(dark.sum()) - 1, 255, cv2.THRESH_BINARY)
        return cv2.bitwise_xor(image, mask.reshape(image.shape))


@registered
class CLAHE(Operation):
    """Spreads the contrast of each part of the image: adaptive histogram equalisation.

    Choose it for images with dark or hazy parts: X-rays, microscopy, night and street
    scenes. The image is cut into tiles; each tile's histogram, its peaks cut at
    `clip_limit`, gives a curve that makes its levels equally frequent, and pixels
    between tiles interpolate the curves. Colour images change in the luma of YCbCr
    alone: the way to CIELAB and back would cost 8-bit colours up to 24 levels.

    Args:
        clip_limit: highest count of a level, as a multiple of the mean count. 1 hardly
            changes a tile; the more, the harder the contrast and the noise.
        tiles: number of tiles down and across; fewer where a tile would be smaller than
            16 pixels, too few for a histogram.

    Raises:
        ValueError: a limit or a number of tiles that is not positive.

    Cost: two colour conversions and an interpolation a pixel. Float images are rounded
    to 256 levels first.

    Reference: Zuiderveld, 1994, Contrast Limited Adaptive Histogram Equalization.

    >>> import numpy as np
    >>> image = np.repeat(np.arange(100, 132, dtype=np.uint8), 32).reshape(32, 32)
    >>> int(np.ptp(CLAHE(40.0, tiles=1)(image)))  # 31 steps of 255 / 32
    247
    """

    def __init__(self, clip_limit=2.0, tiles=8):
        self.clip_limit = check_positive(clip_limit, "clip_limit")
        self.tiles = check_count(tiles, "tiles")

    def apply(self, image, generator):
        return on_bytes(self._equalized, image)

    def _equalized(self, image):
        down, across = (min(self.tiles, max(1, side // 16)) for side in image.shape[:2])
        # one for each call: it keeps buffers, and threads may share this operation
        equalizer = cv2.createCLAHE(self.clip_limit, (across, down))
        if image.shape[2:] != (3,):
            return equalizer.apply(image)
        colors = cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb)
        cv2.insertChannel(equalizer.apply(cv2.extractChannel(colors, 0)), colors, 0)
        return cv2.cvtColor(colors, cv2.COLOR_YCrCb2RGB)


@registered
class Normalize(Operation):
    """Subtracts a mean and divides by a standard deviation: float32, no more an image.

    Choose it last in a pipeline, for pretrained networks that expect it. With x in
    0..1, the result is (x - mean) / std, and no other operation can follow.

    Args:
        mean: share of white; one number, or three for red, green and blue.
        std: share of white above 0; one number or three.

    Raises:
        ValueError: other counts of numbers, or a `std` that is not positive; three
            numbers for an image of one channel.

    >>> import numpy as np
    >>> Normalize(0.5, 0.25)(np.array([[0, 255]], np.uint8))
    array([[-2.,  2.]], dtype=float32)
    """

    final = True

    def __init__(self, mean, std):
        self.mean = _as_channels(mean, check_number, "mean")
        self.std = _as_channels(std, check_positive, "std")

    def apply(self, image, generator):
        channels = image.shape[2] if image.ndim == 3 else 1
        if not {len(self.mean), len(self.std)} <= {1, channels}:
            raise ValueError(
                f"Expected one mean and std, or {channels}, for an image of shape "
                f"{image.shape}. Received: mean={self.mean}, std={self.std}"
            )
        scale = 1 / (np.array(self.std) * white(image.dtype))
        shift = -np.array(self.mean) / self.std
        rows = image.reshape(len(image), -1)  # whole rows are faster than pixels
        result = np.multiply(rows, _row(scale, rows), dtype=np.float32)
        result += _row(shift, rows)
        return result.reshape(image.shape)

    def output_dtype(self, dtype):
        return np.dtype(np.float32)


def _row(channels, rows):
    """Numbers for each channel, or for all, repeated along a row."""
    return np.resize(channels.astype(np.float32), rows.shape[1])


def _as_channels(value, check, name):
    """Returns one number or three as a tuple of floats."""
    numbers = (value,) if np.ndim(value) == 0 else tuple(value)
    if len(numbers) not in (1, 3):
        raise ValueError(f"Expected {name} as one number or three. Received: {value!r}")
    return tuple(check(number, name) for number in numbers)
