"""Operations that take detail away: Gaussian blur, Gaussian noise, JPEG compression."""

import cv2
import numpy as np
from scipy.special import ndtri

from tfmetric._core._registry import registered
from tfmetric.augmentation._operation import Operation, check_range, clipped, on_bytes

_NORMAL_QUANTILES = ndtri((np.arange(65536) + 0.5) / 65536).astype(np.float32)


@registered
class GaussianBlur(Operation):
    """Blurs the image with a Gaussian of random width.

    Choose it where focus and resolution vary, and for self-supervised learning, where
    it keeps the views from being matched by their texture. The kernel reaches 3 sigma,
    rounded, to either side; the image is mirrored about its edge pixels.

    Args:
        sigma: standard deviation in pixels, (lower, upper) of a uniform draw, 0..100;
            one number for a fixed one.

    Raises:
        ValueError: a range below 0, above 100 or turned round.

    Cost: 12 · sigma multiplications a value, in float32 for bytes too: OpenCV's blur of
    bytes is slower and rounds the weights to 8 bits.

    >>> import numpy as np
    >>> GaussianBlur(0.5)(np.array([[0, 0, 1, 0, 0]], np.float32)).round(2)
    array([[0.  , 0.11, 0.79, 0.11, 0.  ]], dtype=float32)
    """

    def __init__(self, sigma=(0.1, 2.0)):
        self.sigma = check_range(sigma, 0, 100, "sigma")

    def apply(self, image, generator):
        sigma = generator.uniform(*self.sigma)
        side = 2 * int(3 * sigma + 0.5) + 1
        if side == 1:
            return image
        pixels = image.astype(np.float32, order="C")
        blurred = cv2.GaussianBlur(
            pixels, (side, side), sigma, borderType=cv2.BORDER_REFLECT_101
        )
        is_bytes = image.dtype == np.uint8
        return cv2.convertScaleAbs(blurred) if is_bytes else clipped(blurred)


@registered
class GaussianNoise(Operation):
    """Adds independent normal noise to every value, of a random strength.

    Choose it where sensors are noisy: little light, radar, microscopy. Each value
    becomes x + d · n, n standard normal, clipped to black and white. n is one of the
    65,536 quantiles of the normal distribution in the middle of equal probabilities,
    the largest 4.3: five times faster than exact normal draws.

    Args:
        deviation: standard deviation d as a share of white, (lower, upper) of a uniform
            draw, 0..1; one number for a fixed one.

    Raises:
        ValueError: a range outside 0..1 or turned round.

    Cost: two random bytes and one look-up a value.

    >>> import numpy as np
    >>> noisy = GaussianNoise(0.1)(np.full((100, 100), 0.5, np.float32), 1)
    >>> print(f"{noisy.mean():.2f} {noisy.std():.2f}")
    0.50 0.10
    """

    def __init__(self, deviation=(0.0, 0.05)):
        self.deviation = check_range(deviation, 0, 1, "deviation")

    def apply(self, image, generator):
        deviation = generator.uniform(*self.deviation)
        draws = generator.integers(0, 65536, image.shape, np.uint16)
        noise = _NORMAL_QUANTILES.take(draws)
        if image.dtype == np.float32:
            noise *= deviation
            noise += image
            return clipped(noise)
        noise *= deviation * 255
        return cv2.add(image, noise, dtype=cv2.CV_8U)


@registered
class JPEGCompression(Operation):
    """Compresses the image as JPEG at a random quality and reads it back.

    Choose it where the images to come were compressed by others: the web, messengers,
    cameras. Blocks of 8 by 8 pixels and blurred colours appear as quality falls.

    Args:
        quality: JPEG quality, (lower, upper) of a uniform draw that is then rounded,
            1..100; one number for a fixed one.

    Raises:
        ValueError: a range outside 1..100 or turned round.

    Cost: encoding and decoding. Float images are rounded to 256 levels first.

    >>> import numpy as np
    >>> JPEGCompression(90)(np.full((8, 8, 3), 128, np.uint8)).mean()
    np.float64(128.0)
    """

    def __init__(self, quality=(40, 95)):
        self.quality = check_range(quality, 1, 100, "quality")

    def apply(self, image, generator):
        quality = round(generator.uniform(*self.quality))
        return on_bytes(lambda pixels: _compressed(pixels, quality), image)


def _compressed(image, quality):
    color = image.shape[2:] == (3,)
    stored = cv2.cvtColor(image, cv2.COLOR_RGB2BGR) if color else image
    _, stream = cv2.imencode(".jpg", stored, (cv2.IMWRITE_JPEG_QUALITY, quality))
    if not color:
        return cv2.imdecode(stream, cv2.IMREAD_GRAYSCALE)
    return cv2.cvtColor(cv2.imdecode(stream, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
