"""A contact sheet: an image, and what an augmentation makes of it."""

import math
from pathlib import Path

import cv2
import numpy as np

_SMALLEST_SIDE = 96  # in pixels, of a cell; smaller ones are enlarged by a whole factor
_GAP = 4
_WHITE = 255


def draw_sheet(image, variations):
    """Draws `image`, then its variations; of views, a row for each variation."""
    if variations[0].ndim > image.ndim:
        columns = 1 + len(variations[0])
        cells = [cell for views in variations for cell in (image, *views)]
    else:
        columns = math.ceil(math.sqrt(1 + len(variations)))
        cells = [image, *variations]
    cells = [_as_color(cell) for cell in cells]
    height, width = np.max([cell.shape[:2] for cell in cells], axis=0)
    factor = math.ceil(_SMALLEST_SIDE / max(height, width))
    height, width = factor * height + _GAP, factor * width + _GAP
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
    """Writes a color image to `path` as PNG, whatever the name ends in."""
    _, png = cv2.imencode(".png", sheet[..., ::-1])
    Path(path).write_bytes(png.tobytes())
