"""Image operations as loops over single pixels, in float64 and with values of 0..1."""

import colorsys
import math

import numpy as np


def jittered(image, order, factors, hue):
    """The steps of `order` (0 brightness, 1 contrast, 2 saturation, 3 hue), clipped each.

    Args:
        factors: of brightness, contrast and saturation.
        hue: shift as a share of the colour circle.
    """
    pixels = [list(map(float, pixel)) for pixel in image.reshape(-1, 3)]
    for step in order:
        mean = sum(map(sum, pixels)) / (3 * len(pixels))
        for pixel in pixels:
            h, s, v = colorsys.rgb_to_hsv(*pixel)
            pixel[:] = [
                [x * factors[0] for x in pixel],
                [mean + (x - mean) * factors[1] for x in pixel],
                colorsys.hsv_to_rgb(h, min(1, s * factors[2]), v) if step == 2 else 0,
                colorsys.hsv_to_rgb((h + hue) % 1, s, v) if step == 3 else 0,
            ][step]
            pixel[:] = [min(1, max(0, x)) for x in pixel]
    return np.reshape(pixels, image.shape)


def in_hsv(image):
    """(pixels, 3) by the standard library."""
    return np.array([colorsys.rgb_to_hsv(*map(float, p)) for p in image.reshape(-1, 3)])


def warped(image, forward, size, border):
    """Each pixel of a gray result looked up where it comes from, linearly interpolated.

    Args:
        forward: 3x3 matrix from (x, y, 1) in `image` to its place in the result.
        size: height and width of the result.
        border: function from an index beyond an axis and its length to one on it, or
            None for black.
    """
    backward = np.linalg.inv(forward)
    result = np.empty(size)
    for row in range(size[0]):
        for column in range(size[1]):
            x, y, scale = backward @ (column, row, 1)
            result[row, column] = _between(image, x / scale, y / scale, border)
    return result


def _between(image, x, y, border):
    left, top = math.floor(x), math.floor(y)
    return sum(
        (1 - abs(x - column)) * (1 - abs(y - row)) * _pixel(image, row, column, border)
        for row in (top, top + 1)
        for column in (left, left + 1)
    )


def _pixel(image, row, column, border):
    height, width = image.shape
    if border is None:
        inside = 0 <= row < height and 0 <= column < width
        return float(image[row, column]) if inside else 0.0
    return float(image[border(row, height), border(column, width)])


def mirrored(index, length):
    """Mirrors at the first and the last pixel until the index is on the axis."""
    while length > 1 and not 0 <= index < length:
        index = -index if index < 0 else 2 * (length - 1) - index
    return index if length > 1 else 0


def repeated(index, length):
    return min(max(index, 0), length - 1)


def projection(before, after):
    """The 3x3 matrix that takes four points (x, y) to four others."""
    rows, targets = [], []
    for (x, y), (u, v) in zip(before, after, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        targets += [u, v]
    return np.append(np.linalg.solve(rows, targets), 1).reshape(3, 3)


def equalized(image, clip_limit):
    """Histogram equalisation of bytes with clipped peaks, over the whole image."""
    counts = [int((image == level).sum()) for level in range(256)]
    highest = max(1, int(clip_limit * image.size / 256))
    excess = sum(max(0, count - highest) for count in counts)
    counts = [min(count, highest) + excess // 256 for count in counts]
    left = excess % 256  # spread evenly over the levels, from black
    for place in range(left):
        counts[place * (256 // left)] += 1
    curve = np.cumsum(counts) * 255 / image.size
    return curve[image]


def check_uniform(values, low, high, slack=0.0):
    """Draws from all of low..high, in each quarter as many as fair draws leave there.

    Args:
        slack: how far the measured values may lie from the drawn ones.
    """
    values = np.asarray(values)
    assert low - slack <= values.min() < low + slack + (high - low) / 20
    assert high - slack - (high - low) / 20 < values.max() <= high + slack
    counts, _ = np.histogram(np.clip(values, low, high), bins=4, range=(low, high))
    spread = 4 * np.sqrt(len(values) * 0.25 * 0.75)
    crossing = len(values) * 2 * slack / (high - low)
    assert (np.abs(counts - len(values) / 4) < spread + crossing).all()
