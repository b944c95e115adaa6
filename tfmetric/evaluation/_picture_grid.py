"""Rows of framed pictures: a query, and beside it blocks of what belongs to it."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from tfmetric.evaluation._drawing import BLUE, GRAY, ORANGE, as_shades

RIGHT, WRONG = "✓", "✗"
_FRAMES = {
    RIGHT: {"edgecolor": BLUE, "linewidth": 3, "linestyle": "solid"},
    WRONG: {"edgecolor": ORANGE, "linewidth": 3, "linestyle": (0, (1.6, 1))},
    "": {"edgecolor": GRAY, "linewidth": 1, "linestyle": "solid"},
}
_MEANINGS = {
    RIGHT: f"{RIGHT} same class as the query",
    WRONG: f"{WRONG} another class",
}
_WIDTH, _GAP, _TEXT = 1.15, 0.2, 0.25  # inches: a picture, between two, a line of text
_BLOCK_GAP = 0.3  # beside that: before a block
_HEADING_SIZE = 10
_LEGEND_WIDTH = 4.8


class PictureGrid:
    """A figure with a row for each query: its picture, then blocks of others.

    Args:
        rows: how many queries.
        blocks: dict from the heading of a block, "" for none, to its number of columns.
        tallest: height over width of the tallest picture.
        title: text above, or None.
        with_legend: say what the frames mean.
    """

    def __init__(self, rows, blocks, tallest, title, *, with_legend):
        title_height = 0.4 if title else 0.0
        top = 0.1 + title_height + (0.35 if with_legend else 0.0)
        self._top = top + (0.3 if any(blocks) else 0.0)
        self._picture = _WIDTH * tallest
        self._pitch = self._picture + 2 * _TEXT + 0.1
        self._height = self._top + rows * self._pitch
        places = 1 + sum(blocks.values())
        used = places * (_WIDTH + _GAP) - _GAP + len(blocks) * _BLOCK_GAP
        self._width = max(used + 4 * _GAP, _LEGEND_WIDTH if with_legend else 0)
        self._left = (self._width - used) / 2
        self.figure = Figure(figsize=(self._width, self._height), dpi=120)
        self._starts, left = [], _WIDTH + _GAP
        for heading, columns in blocks.items():
            self._starts.append(left + _BLOCK_GAP)
            self._write_heading(heading, columns)
            left = self._starts[-1] + columns * (_WIDTH + _GAP)
        if title:
            self.figure.suptitle(title, y=1 - 0.1 / self._height, va="top", fontsize=13)
        if with_legend:
            self._add_legend(0.05 + title_height)

    def query(self, row, picture, name, caption):
        """Draws the query of a row."""
        self._draw(row, 0.0, picture, name, caption, "")

    def item(self, row, block, column, picture, name, caption, mark):
        """Draws a picture of a block; `mark` is RIGHT, WRONG or empty."""
        left = self._starts[block] + column * (_WIDTH + _GAP)
        self._draw(row, left, picture, name, f"{mark} {caption}".strip(), mark)

    def _draw(self, row, left, picture, name, caption, mark):
        top = self._top + _TEXT + row * self._pitch
        axes = self.figure.add_axes(
            (
                (self._left + left) / self._width,
                1 - (top + self._picture) / self._height,
                _WIDTH / self._width,
                self._picture / self._height,
            )
        )
        axes.imshow(as_shades(picture), cmap="gray", vmin=0, vmax=1)
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        axes.set_title(name, fontsize=9, pad=5)
        axes.set_xlabel(caption, fontsize=9, labelpad=7, fontfamily="DejaVu Sans")
        frame = Rectangle((-0.018, -0.018), 1.036, 1.036, fill=False, **_FRAMES[mark])
        frame.set(transform=axes.transAxes, clip_on=False)
        axes.add_patch(frame)

    def _write_heading(self, heading, columns):
        middle = self._left + self._starts[-1] + (columns * (_WIDTH + _GAP) - _GAP) / 2
        self.figure.text(
            middle / self._width,
            1 - (self._top - 0.05) / self._height,
            heading,
            ha="center",
            va="bottom",
            fontsize=_HEADING_SIZE,
        )

    def _add_legend(self, above):
        handles = [
            Patch(facecolor="none", label=text, **_FRAMES[mark])
            for mark, text in _MEANINGS.items()
        ]
        self.figure.legend(
            handles=handles,
            loc="upper center",
            bbox_to_anchor=(0.5, 1 - above / self._height),
            ncols=2,
            frameon=False,
            handlelength=2.4,
            handleheight=1.2,
        )


def tallest(*collections):
    """Height over width of the tallest pictures."""
    return max(pictures.shape[1] / pictures.shape[2] for pictures in collections)


def as_text(distance):
    """A distance in three digits, of bits as it is."""
    if isinstance(distance, np.integer):
        return str(distance)
    if abs(distance) < 1e-12:  # an item at itself, up to rounding
        return "0"
    return f"{distance:#.3g}".rstrip(".")
