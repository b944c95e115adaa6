"""What the pictures share: colours, names of labels, images, and saving."""

from bisect import bisect_right
from itertools import accumulate
from pathlib import Path
from unicodedata import east_asian_width

import numpy as np

from tfmetric._core._checks import as_labels
from tfmetric._core._files import whole_file
from tfmetric.evaluation._fonts import boxed

# Okabe and Ito's colours, which every common form of colour blindness tells apart.
BLUE, ORANGE, GREEN = "#0072B2", "#D55E00", "#009E73"
COLORS = (BLUE, "#E69F00", GREEN, "#CC79A7", "#56B4E9", ORANGE, "#000000")
GRAY = "#8A8A8A"
_LINES = ("solid", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))

_LONGEST_NAME = 16


def line_look(number):
    """Colour and dashes of a curve among several, none of which eyes confuse."""
    return {
        "color": COLORS[number % len(COLORS)],
        "linestyle": _LINES[number % len(_LINES)],
    }


def as_names(labels, count, class_names, argument):
    """The name of each label, shortened to fit; empty names for `labels=None`."""
    names = as_full_names(labels, count, class_names, argument)
    short = {name: literal(_shorten(name)) for name in set(names)}
    return [short[name] for name in names]


def as_full_names(labels, count, class_names, argument):
    """The name of each label; empty names for `labels=None`."""
    if labels is None:
        return [""] * count
    labels = as_labels(labels, count, argument).tolist()
    return [_name(label, class_names) for label in labels]


def _name(label, class_names):
    if class_names is None:
        return str(label)
    known = class_names if isinstance(class_names, dict) else dict(enumerate(class_names))
    if label not in known:
        raise ValueError(
            f"Expected class_names to name every label. Received: no name for {label!r}"
        )
    return str(known[label])


def literal(name):
    """A name that Matplotlib takes letter by letter: no formula, and in the legend."""
    name = boxed(str(name)).replace("$", r"\$").replace("\t", " ")
    return f"\u200b{name}" if name.startswith("_") else name


def _shorten(name):
    """A name that is as long as so many Latin letters, of which others take two."""
    ends = [2 if east_asian_width(letter) in "FW" else 1 for letter in name]
    ends = list(accumulate(ends, initial=0))
    if ends[-1] <= _LONGEST_NAME:
        return name
    return name[: bisect_right(ends, _LONGEST_NAME - 1) - 1] + "…"


def as_pictures(images, name):
    """Checked images, (items, height, width) or with 3 channels, for `as_shades`."""
    images = np.asarray(images)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if images.ndim != 3 and not (images.ndim == 4 and images.shape[-1] == 3):
        raise ValueError(
            f"Expected {name} of shape (items, height, width), or with 1 or 3 channels. "
            f"Received: shape={images.shape}"
        )
    if images.dtype == np.uint8:
        return images
    if images.dtype.kind != "f" or not ((images >= 0) & (images <= 1)).all():
        raise ValueError(
            f"Expected {name} as uint8, or as floats of 0..1. Received: "
            f"dtype={images.dtype}, values from {images.min()} to {images.max()}"
        )
    return images


def as_shades(picture):
    """One picture as floats of 0..1."""
    return picture / 255 if picture.dtype == np.uint8 else picture


def save_figure(figure, path):
    """Writes a picture to a file, whole or not at all.

    Args:
        figure: `matplotlib.figure.Figure`.
        path: where to; the ending chooses the format (".png", ".svg", ".pdf", …). Missing
            folders are made, a file already there is replaced.

    Returns:
        `pathlib.Path` of the file.

    Raises:
        ValueError: an ending that names no format of pictures.

    >>> import tempfile
    >>> from matplotlib.figure import Figure
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_figure(Figure(), Path(folder) / "plots" / "empty.svg").name
    'empty.svg'
    """
    path = Path(path)
    formats = figure.canvas.get_supported_filetypes()
    if path.suffix[1:].lower() not in formats:
        raise ValueError(
            f"Expected a path that ends in {', '.join(sorted(formats))}. "
            f"Received: {str(path)!r}"
        )
    with whole_file(path) as unfinished:
        figure.savefig(unfinished)
    return path
