"""The picture of what goes wrong: the queries whose search found least."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from tfmetric._core._checks import check_count
from tfmetric.evaluation._drawing import as_names, as_pictures
from tfmetric.evaluation._fonts import with_fonts
from tfmetric.evaluation._picture_grid import RIGHT, WRONG, PictureGrid, as_text, tallest
from tfmetric.metrics._inputs import Collection, as_collection, as_points


def worst_queries(
    images,
    labels,
    embeddings,
    *,
    gallery_images=None,
    gallery_labels=None,
    gallery=None,
    class_names=None,
    distance="euclidean",
    queries=6,
    found=5,
    missed=3,
    block_size=None,
    title=None,
):
    """Draws the queries of lowest average precision, what they found and what they missed.

    A row for each: the query and its average precision; the nearest items, framed as in
    `retrieval_grid`; then the nearest items of its class that come after those, with the
    rank at which they come. Look here for wrong labels, for classes that look alike, and
    for what the augmentation should cover.

        AP = (1/R) sum over i of P@i * relevant(i), over the whole ranking,
        R the relevant items, P@i their share among the i nearest

    Args:
        images: (queries, height, width), or with 1 or 3 channels last; uint8, or floats
            of 0..1.
        labels: (queries,) integers or strings.
        embeddings: (queries, dim) finite numbers.
        gallery_images: (items, …) likewise, or None to search each query among the
            others.
        gallery_labels: (items,) labels of the gallery.
        gallery: (items, dim) embeddings of the gallery.
        class_names: names to write instead of labels: a dict, or a sequence if labels
            are places in it.
        distance: "euclidean", or "cosine": 1 - cos.
        queries: rows to draw, the worst first.
        found: nearest items in a row.
        missed: items of the query's class in a row that should have been among those.
        block_size: queries ranked at a time, None for as many as work in 256 MB; bounds
            memory, changes nothing else.
        title: text above.

    Returns:
        `matplotlib.figure.Figure`.

    Raises:
        ValueError: bad input, a gallery by parts, or no query with a relevant item.

    Cost: O(queries * items * (dim + log items)) time, some 32 * block_size * items bytes.
    """
    given = [part is not None for part in (gallery_images, gallery_labels, gallery)]
    if any(given) and not all(given):
        raise ValueError("Expected gallery, gallery_images and gallery_labels, or none.")
    asked = searched = _side(images, labels, embeddings, class_names, distance, "")
    if all(given):
        searched = _side(
            gallery_images, gallery_labels, gallery, class_names, distance, "gallery_"
        )
    collection = as_collection(
        _numbers(asked), labels, _numbers(searched) if all(given) else None, gallery_labels
    )
    ranking = _Ranking(asked.points, searched.points, collection, distance)
    if block_size is None:
        block_size = max(1, 2**23 // len(searched.points))  # 32 bytes a query and item
    blocks = collection.blocks(check_count(block_size, "block_size"))
    averages = np.concatenate([_average_precision(ranking.hits(rows)) for rows in blocks])
    worst = np.argsort(averages, kind="stable")[: check_count(queries, "queries")]

    columns = {"nearest": check_count(found, "found")}
    if check_count(missed, "missed", least=0):
        columns["of its class, further away"] = missed
    shape = tallest(asked.pictures, searched.pictures)
    grid = PictureGrid(len(worst), columns, shape, title, with_legend=True)
    for row, place in enumerate(worst):
        query = collection.queries[place, 0]
        precision = f"average precision {averages[place]:.2f}"
        grid.query(row, asked.pictures[query], asked.names[query], precision)
        order, distances, hits = ranking.of(place)
        later = np.flatnonzero(hits[found:])[:missed] + found
        for block, ranks in enumerate((range(min(found, len(order))), later)):
            for column, rank in enumerate(ranks):
                text = as_text(distances[rank])
                grid.item(
                    row,
                    block,
                    column,
                    searched.pictures[order[rank]],
                    searched.names[order[rank]],
                    f"{text}, no. {rank + 1}" if block else text,
                    RIGHT if hits[rank] else WRONG,
                )
    return with_fonts(grid.figure)


@dataclass(frozen=True)
class _Side:
    """Queries, or what they are searched among."""

    pictures: np.ndarray
    names: list
    points: np.ndarray


def _side(images, labels, embeddings, class_names, distance, prefix):
    pictures = as_pictures(images, f"{prefix}images")
    points = as_points(embeddings, distance, "gallery" if prefix else "embeddings")
    if len(points) != len(pictures):
        raise ValueError(
            f"Expected {prefix}images and an embedding of each. "
            f"Received: {len(pictures)} images, {len(points)} embeddings"
        )
    names = as_names(labels, len(pictures), class_names, f"{prefix}labels")
    return _Side(pictures, names, points)


def _numbers(side):
    """A number for each item, by which to know it where some are left out."""
    return np.arange(len(side.points))[:, None]


@dataclass(frozen=True)
class _Ranking:
    """What is near to the queries of a collection whose rows are numbers of points."""

    asked: np.ndarray
    searched: np.ndarray
    collection: Collection
    distance: str

    def of(self, place):
        """Items by distance, distances, and whether each is of the query's class."""
        order, distances = self._sorted(slice(place, place + 1))
        if self.distance == "cosine":  # 1 - cos of unit vectors
            distances = distances**2 / 2
        return order[0], distances[0], self.collection.are_related(place, order[0])

    def hits(self, rows):
        """Whether the items by distance are of the class of each query."""
        places = np.arange(len(self.collection.queries))[rows, None]
        return self.collection.are_related(places, self._sorted(rows)[0])

    def _sorted(self, rows):
        queries = self.collection.queries[rows, 0]
        distances = cdist(self.asked[queries], self.searched)
        if self.collection.own is not None:
            distances[np.arange(len(queries)), queries] = np.inf
        order = np.argsort(distances, axis=1, kind="stable")
        order = order[:, : self.collection.candidates]
        return order, np.take_along_axis(distances, order, axis=1)


def _average_precision(hits):
    """(1/R) sum over i of P@i * relevant(i), for each row of `hits`."""
    precision = np.cumsum(hits, axis=1) / np.arange(1, hits.shape[1] + 1)
    return np.sum(precision, axis=1, where=hits) / hits.sum(axis=1)
