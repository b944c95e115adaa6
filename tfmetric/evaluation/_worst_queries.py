"""The picture of what goes wrong: the queries whose search found least."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from tfmetric._core._checks import check_count
from tfmetric.evaluation._drawing import as_names, as_pictures
from tfmetric.evaluation._fonts import with_fonts
from tfmetric.evaluation._picture_grid import RIGHT, WRONG, PictureGrid, as_text, tallest
from tfmetric.metrics._inputs import as_collection, as_points
from tfmetric.metrics._rank_scores import score_queries
from tfmetric.metrics._ranks import map_places


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
        block_size: queries ranked at a time on each processor, None for as many as work
            in 256 MB; bounds memory, changes nothing else.
        title: text above.

    Returns:
        `matplotlib.figure.Figure`.

    Raises:
        ValueError: bad input, a gallery by parts, or no query with a relevant item.

    Cost: that of `tfmetric.metrics.rank_scores`.
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
        asked.points, labels, searched.points if all(given) else None, gallery_labels
    )
    if block_size is not None:
        check_count(block_size, "block_size")
    averages = _average_precisions(collection, block_size)
    numbers = np.flatnonzero(collection.kept)
    worst = np.argsort(averages, kind="stable")[: check_count(queries, "queries")]

    columns = {"nearest": check_count(found, "found")}
    if check_count(missed, "missed", least=0):
        columns["of its class, further away"] = missed
    shape = tallest(asked.pictures, searched.pictures)
    grid = PictureGrid(len(worst), columns, shape, title, with_legend=True)
    for row, place in enumerate(worst):
        query = numbers[place]
        precision = f"average precision {averages[place]:.2f}"
        grid.query(row, asked.pictures[query], asked.names[query], precision)
        order, distances = _ranked(collection, place, distance)
        hits = collection.are_related(place, order)
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


def _average_precisions(collection, block_size):
    def score(rows, places):
        relevant = collection.relevant[rows]
        return score_queries(places, relevant, collection.candidates, ())["map", None]

    return np.concatenate(map_places(collection, score, block_size))


def _ranked(collection, place, distance):
    """Items by distance from one of the queries, and the distances."""
    squared = cdist(collection.queries[[place]], collection.gallery, "sqeuclidean")[0]
    if collection.own is not None:
        squared[collection.own[place]] = np.inf
    order = np.argsort(squared, kind="stable")[: collection.candidates]
    squared = squared[order]  # between unit vectors twice 1 - cos
    return order, squared / 2 if distance == "cosine" else np.sqrt(squared)
