"""Image files: the header is checked before anything is decoded."""

import contextlib
import io
import os
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from tfmetric._core._checks import as_size, check_choice

MAX_PIXELS = 50_000_000
MAX_BYTES = 8 * MAX_PIXELS  # that many pixels of four 16-bit channels, not compressed
_FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
_COLORS = {1: cv2.IMREAD_GRAYSCALE, 3: cv2.IMREAD_COLOR_RGB}


class UnreadableImageError(ValueError):
    """An image that cannot be read, because of its file and not of the settings.

    Batches replace such an image by another of its class; a sequence of images of your
    own can raise it to the same effect.
    """


def read_image(source, image_size=None, channels=3):
    """Reads one image as uint8 (height, width, channels), red first.

    The size in the file's header is read first, and an image of more than 50 million
    pixels is refused before it takes any memory; so is a file of more than 400 MB, and
    what is no regular file is never opened. The orientation that a camera wrote
    into the file is applied, transparency dropped, and 16-bit values brought to 8. Of
    an animation the first frame is read. PPM files of other levels are refused.

    Args:
        source: path of a BMP, GIF, JPEG, PNG, PPM, TIFF or WebP file, or its bytes.
        image_size: (height, width) or one number for a square, to which the image is
            resized by averaging areas, whatever its proportions; None keeps its size.
        channels: 3 for colour or 1 for gray.

    Returns:
        uint8 array (height, width, channels).

    Raises:
        UnreadableImageError: no such file, not an image of these formats, damaged or too
            large; the text names the file. It is a ValueError.
        ValueError: a bad `image_size` or `channels`.

    >>> ppm = b"P6 2 1 255 " + bytes([255, 0, 0, 0, 0, 255])  # a red and a blue pixel
    >>> read_image(ppm).tolist()
    [[[255, 0, 0], [0, 0, 255]]]
    """
    flag = _COLORS[check_choice(channels, _COLORS, "channels")]
    size = None if image_size is None else as_size(image_size, "image_size")
    if isinstance(source, bytes | bytearray):
        return _decode(io.BytesIO(source), "the given bytes", flag, size)
    with _opened(source) as file:
        return _decode(file, repr(str(source)), flag, size)


def check_image(path):
    """Raises UnreadableImageError if the file at `path` has no image header to accept.

    Reads a few hundred bytes; whether the pixels behind the header are whole, only
    `read_image` finds out.
    """
    with _opened(path) as file:
        _check_header(file, repr(str(path)))


@contextlib.contextmanager
def _opened(source):
    """A regular file to read; opening a pipe or a device could wait for ever."""
    name = repr(str(source))
    path = Path(source)
    try:
        if not path.is_file():
            raise UnreadableImageError(
                f"Expected the path of an image file. Received: {name}"
            )
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > MAX_BYTES:
                raise UnreadableImageError(
                    f"Expected an image file of at most {MAX_BYTES:,} bytes. "
                    f"Received: {name} ({size:,})"
                )
            yield file
    except OSError as error:
        raise UnreadableImageError(
            f"Expected a file that can be read. Received: {name} ({error})"
        ) from error


def _decode(file, name, flag, size):
    _check_header(file, name)
    file.seek(0)
    image = _imdecode(file.read(), flag)
    if image is None:
        raise UnreadableImageError(
            f"Expected a whole image file. Received: {name}, damaged"
        )
    if size is not None:
        image = cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA)
    return image.reshape(*image.shape[:2], -1)


def _check_header(file, name):
    try:
        with Image.open(file, formats=_FORMATS) as image:
            width, height = image.size
            white = _white(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(name, error) from error
    except (OSError, EOFError, ValueError, SyntaxError) as error:
        raise UnreadableImageError(
            f"Expected an image file ({', '.join(_FORMATS)}). "
            f"Received: {name}, which is none"
        ) from error
    if width * height > MAX_PIXELS:
        raise _too_large(name, f"{width}x{height}")
    if white not in (255, 65535):  # OpenCV would take it for one of these
        raise UnreadableImageError(
            f"Expected a PPM file whose white is 255 or 65535. Received: {name} ({white})"
        )


def _white(image):
    """The value of white that the header of a PPM file tells; of others 255."""
    if image.format != "PPM":
        return 255
    codec, _, _, settings = image.tile[0]  # Pillow's own codecs scale to another white
    is_scaled = codec.startswith("ppm") and isinstance(settings, tuple)
    return settings[1] if is_scaled else 255


def _too_large(name, size):
    return UnreadableImageError(
        f"Expected an image of at most {MAX_PIXELS:,} pixels; shrink it first. "
        f"Received: {name} ({size})"
    )


def _imdecode(data, flag):
    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), flag)
    except cv2.error:
        return None
