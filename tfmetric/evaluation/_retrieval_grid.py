"""The picture of a search: queries, and what was found for each."""

import numpy as np

from tfmetric._core._checks import check_count
from tfmetric.evaluation._drawing import as_names, as_pictures
from tfmetric.evaluation._fonts import with_fonts
from tfmetric.evaluation._picture_grid import RIGHT, WRONG, PictureGrid, as_text, tallest


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

    rows, columns = ids.shape
    shape = tallest(queries, gallery)
    grid = PictureGrid(rows, {"": columns}, shape, title, with_legend=marks.any())
    for row in range(rows):
        grid.query(row, queries[row], query_names[row], "query")
        for column in np.flatnonzero(ids[row] >= 0):
            item, distance = ids[row, column], as_text(distances[row, column])
            about = gallery[item], gallery_names[item], distance, marks[row, column]
            grid.item(row, 0, column, *about)
    return with_fonts(grid.figure)


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
    return np.where(ids < 0, "", np.where(same, RIGHT, WRONG))
