"""The picture of a search: queries, and what was found for each."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from tfmetric._core._checks import check_count
from tfmetric.evaluation._drawing import BLUE, GRAY, ORANGE, as_names, as_pictures

_RIGHT, _WRONG = "✓", "✗"
_FRAMES = {
    _RIGHT: {"edgecolor": BLUE, "linewidth": 3, "linestyle": "solid"},
    _WRONG: {"edgecolor": ORANGE, "linewidth": 3, "linestyle": (0, (1.6, 1))},
    "": {"edgecolor": GRAY, "linewidth": 1, "linestyle": "solid"},
}
_MEANINGS = {
    _RIGHT: f"{_RIGHT} same class as the query",
    _WRONG: f"{_WRONG} another class",
}
_WIDTH, _GAP, _TEXT = 1.15, 0.2, 0.25  # inches: a picture, between two, a line of text
_LEGEND_WIDTH = 4.8


def retrieval_grid(
    query_images,
    query_labels,
    gallery_images,
    gallery_labels,
    matches,
    *,
    class_names=None,
    columns=8,
    title=None,
):
    """Draws a row per query: the query, then the nearest images with their distances.

    Images of the query's class have a solid blue frame and a tick, others a dashed
    orange frame and a cross: the two tell apart in gray and by any eye.

    Args:
        query_images: (queries, height, width), or with 1 or 3 channels last; uint8, or
            floats of 0..1.
        query_labels: (queries,) labels, or None.
        gallery_images: (items, …) likewise; its images may have another size.
        gallery_labels: (items,) labels, or None for no frames, ticks and crosses.
        matches: what a search gave, with `ids`, (queries, found) rows of the gallery,
            and `distances`, of the same shape. An id below 0 leaves its place empty.
        class_names: names to write instead of labels: a dict, or a sequence if labels
            are places in it.
        columns: most images after the query.
        title: text above.

    Returns:
        `matplotlib.figure.Figure`.

    Raises:
        ValueError: images that are none, lengths that do not agree, ids beyond the
            gallery, or a label without a name.
    """
    queries = as_pictures(query_images, "query_images")
    gallery = as_pictures(gallery_images, "gallery_images")
    ids, distances = _as_found(matches, len(queries), len(gallery), columns)
    query_names = as_names(query_labels, len(queries), class_names, "query_labels")
    gallery_names = as_names(gallery_labels, len(gallery), class_names, "gallery_labels")
    marks = _marks(query_labels, gallery_labels, ids)

    figure, grid = _lay_out(
        *ids.shape, _tallest(queries, gallery), title, with_legend=marks.any()
    )
    for row in range(len(ids)):
        axes = figure.add_subplot(grid[row, 0])
        _draw(axes, queries[row], query_names[row], "query", "")
        for column in np.flatnonzero(ids[row] >= 0):
            axes = figure.add_subplot(grid[row, column + 2])
            item, mark = ids[row, column], marks[row, column]
            caption = f"{mark} {_as_text(distances[row, column])}".strip()
            _draw(axes, gallery[item], gallery_names[item], caption, mark)
    return figure


def _as_found(matches, queries, items, columns):
    """Checked ids and distances, of at most `columns` columns."""
    ids, distances = np.asarray(matches.ids), np.asarray(matches.distances)
    if ids.ndim != 2 or len(ids) != queries or ids.shape != distances.shape:
        raise ValueError(
            f"Expected ids and distances of {queries} queries, one row each. "
            f"Received: shapes {ids.shape} and {distances.shape}"
        )
    if ids.size == 0 or ids.max() >= items:
        raise ValueError(
            f"Expected ids of gallery images, 0 to {items - 1}. "
            f"Received: {'none' if ids.size == 0 else ids.max()}"
        )
    columns = check_count(columns, "columns")
    return ids[:, :columns], distances[:, :columns]


def _marks(query_labels, gallery_labels, ids):
    """The mark of each found image, empty where a label is not known."""
    if query_labels is None or gallery_labels is None:
        return np.full(ids.shape, "")
    query_labels, gallery_labels = np.ravel(query_labels), np.ravel(gallery_labels)
    same = gallery_labels[ids] == query_labels[:, None]
    return np.where(ids < 0, "", np.where(same, _RIGHT, _WRONG))


def _as_text(distance):
    if isinstance(distance, np.integer):
        return str(distance)
    if abs(distance) < 1e-12:  # an item at itself, up to rounding
        return "0"
    return f"{distance:#.3g}".rstrip(".")


def _tallest(*collections):
    """Height over width of the tallest pictures."""
    return max(pictures.shape[1] / pictures.shape[2] for pictures in collections)


def _lay_out(rows, found, tallest, title, with_legend):
    """A figure with title and legend, and a grid whose second column is a gap."""
    title_height = 0.4 if title else 0.0
    top = 0.1 + title_height + (0.35 if with_legend else 0.0)
    picture = _WIDTH * tallest
    pitch = picture + 2 * _TEXT + 0.1
    height = top + rows * pitch
    grid_width = (found + 1) * (_WIDTH + _GAP)
    width = max(grid_width + 2 * _GAP, _LEGEND_WIDTH if with_legend else 0)
    margin = (width - grid_width) / 2
    figure = Figure(figsize=(width, height), dpi=120)
    grid = figure.add_gridspec(
        rows,
        found + 2,
        width_ratios=[_WIDTH, _GAP / 2, *[_WIDTH] * found],
        left=margin / width,
        right=1 - margin / width,
        top=1 - (top + _TEXT) / height,
        bottom=(0.1 + _TEXT) / height,
        wspace=_GAP / _WIDTH,
        hspace=(pitch - picture) / picture,
    )
    if title:
        figure.suptitle(title, y=1 - 0.1 / height, va="top", fontsize=13)
    if with_legend:
        handles = [
            Patch(facecolor="none", label=text, **_FRAMES[mark])
            for mark, text in _MEANINGS.items()
        ]
        figure.legend(
            handles=handles,
            loc="upper center",
            bbox_to_anchor=(0.5, 1 - (0.05 + title_height) / height),
            ncols=2,
            frameon=False,
            handlelength=2.4,
            handleheight=1.2,
        )
    return figure, grid


def _draw(axes, picture, name, caption, mark):
    axes.imshow(picture, cmap="gray", vmin=0, vmax=1)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.set_title(name, fontsize=9, pad=5)
    axes.set_xlabel(caption, fontsize=9, labelpad=7, fontfamily="DejaVu Sans")
    frame = Rectangle((-0.018, -0.018), 1.036, 1.036, fill=False, **_FRAMES[mark])
    frame.set(transform=axes.transAxes, clip_on=False)
    axes.add_patch(frame)
