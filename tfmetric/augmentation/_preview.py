"""A contact sheet: an image, and what an augmentation makes of it."""

import math

import cv2
import numpy as np

from tfmetric._core._files import whole_file
from tfmetric.augmentation._resize import resized

_SMALLEST_SIDE = 96  # in pixels, of a cell; smaller ones are enlarged by a whole factor
_GAP = 4
_WHITE = 255


def draw_sheet(image, variations):
    """Draws `image`, then its variations; of views, a row for each variation."""
    if variations[0].ndim > image.ndim:
        columns = 1 + len(variations[0])
        rows = [[_as_color(view) for view in views] for views in variations]
    else:
        columns = math.ceil(math.sqrt(1 + len(variations)))
        rows = [[_as_color(variation) for variation in variations]]
    sides = np.max([cell.shape[:2] for row in rows for cell in row], axis=0)
    original = _fitted(_as_color(image), sides)
    return _arrange([cell for row in rows for cell in (original, *row)], columns, sides)


def _fitted(image, sides):
    """The image as large as fits into (height, width)."""
    scale = min(np.divide(sides, image.shape[:2]))
    return resized(image, [max(1, round(side * scale)) for side in image.shape[:2]])


def _arrange(cells, columns, sides):
    factor = math.ceil(_SMALLEST_SIDE / max(sides))
    height, width = factor * sides + _GAP
    rows = math.ceil(len(cells) / columns)
    sheet = np.full((rows * height + _GAP, columns * width + _GAP, 3), _WHITE, np.uint8)
    for place, cell in enumerate(cells):
        row, column = divmod(place, columns)
        cell = cell.repeat(factor, axis=0).repeat(factor, axis=1)
        top = row * height + _GAP + (height - _GAP - cell.shape[0]) // 2
        left = column * width + _GAP + (width - _GAP - cell.shape[1]) // 2
        sheet[top : top + cell.shape[0], left : left + cell.shape[1]] = cell
    return sheet


def _as_color(image):
    """(height, width, 3) uint8 of an image, or of floats beyond 0..1, stretched."""
    if image.dtype != np.uint8:
        low, high = min(image.min(), 0), max(image.max(), 1)
        image = np.rint(255 * ((image - low) / (high - low))).astype(np.uint8)
    image = image.reshape(*image.shape[:2], -1)
    return np.broadcast_to(image, (*image.shape[:2], 3))


def write_png(sheet, path):
    """Writes a colour image to `path` as PNG, whatever the name ends in."""
    _, png = cv2.imencode(".png", sheet[..., ::-1])
    with whole_file(path) as unfinished:
        unfinished.write_bytes(png.tobytes())
