"""Image files: the header is checked before anything is decoded."""

import io
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from tfmetric._core._checks import as_size, check_choice

MAX_PIXELS = 50_000_000
_FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
_COLORS = {1: cv2.IMREAD_GRAYSCALE, 3: cv2.IMREAD_COLOR_RGB}


def read_image(source, image_size=None, channels=3):
    """Reads one image as uint8 (height, width, channels), red first.

    The size in the file's header is read first, and an image of more than 50 million
    pixels is refused before it takes any memory. The orientation that a camera wrote
    into the file is applied, transparency dropped, and 16-bit values brought to 8. Of
    an animation the first frame is read.

    Args:
        source: path of a BMP, GIF, JPEG, PNG, PPM, TIFF or WebP file, or its bytes.
        image_size: (height, width) or one number for a square, to which the image is
            resized by averaging areas, whatever its proportions; None keeps its size.
        channels: 3 for colour or 1 for gray.

    Returns:
        uint8 array (height, width, channels).

    Raises:
        ValueError: no such file, not an image of these formats, damaged or too large;
            the text names the file.

    >>> ppm = b"P6 2 1 255 " + bytes([255, 0, 0, 0, 0, 255])  # a red and a blue pixel
    >>> read_image(ppm).tolist()
    [[[255, 0, 0], [0, 0, 255]]]
    """
    flag = _COLORS[check_choice(channels, _COLORS, "channels")]
    size = None if image_size is None else as_size(image_size, "image_size")
    if isinstance(source, bytes | bytearray):
        return _decode(io.BytesIO(source), "the given bytes", flag, size)
    path = Path(source)
    if not path.is_file():
        raise ValueError(f"Expected the path of an image file. Received: {str(path)!r}")
    try:
        with path.open("rb") as file:
            return _decode(file, repr(str(path)), flag, size)
    except OSError as error:
        raise ValueError(
            f"Expected a file that can be read. Received: {str(path)!r} ({error})"
        ) from error


def _decode(file, name, flag, size):
    _check_header(file, name)
    file.seek(0)
    image = _imdecode(file.read(), flag)
    if image is None:
        raise ValueError(f"Expected a whole image file. Received: {name}, damaged")
    if size is not None:
        image = cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA)
    return image.reshape(*image.shape[:2], -1)


def _check_header(file, name):
    try:
        with Image.open(file, formats=_FORMATS) as image:
            width, height = image.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(name, error) from error
    except (OSError, EOFError, ValueError, SyntaxError) as error:
        raise ValueError(
            f"Expected an image file ({', '.join(_FORMATS)}). "
            f"Received: {name}, which is none"
        ) from error
    if width * height > MAX_PIXELS:
        raise _too_large(name, f"{width}x{height}")


def _too_large(name, size):
    return ValueError(
        f"Expected an image of at most {MAX_PIXELS:,} pixels; shrink it first. "
        f"Received: {name} ({size})"
    )


def _imdecode(data, flag):
    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), flag)
    except cv2.error:
        return None
