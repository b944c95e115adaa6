"""Classification by the nearest items."""

import numpy as np

from tfmetric._core._checks import check_count
from tfmetric.metrics._inputs import as_collection, as_points
from tfmetric.metrics._nearest import nearest_items

_WORKING_MEMORY = 2**28


def knn_accuracy(
    embeddings,
    labels,
    k=1,
    *,
    gallery=None,
    gallery_labels=None,
    distance="euclidean",
):
    """Share of queries whose class most of their k nearest items have.

    Choose it to ask what an embedding is worth as a classifier without training one;
    for k = 1 it is `precision_at_1`. Every neighbour has one vote. Of classes with as
    many votes, the one with the nearest item wins; items at the same distance rank by
    lower index first. A query of whose class there is nothing to find is left out, as
    in `rank_scores`.

    Args:
        embeddings: (queries, dim) finite numbers.
        labels: (queries,) integers of any size, or strings.
        k: how many neighbours vote; beyond the gallery, all of it.
        gallery: (items, dim) items that vote, or None for all other queries.
        gallery_labels: (items,) labels of the gallery.
        distance: "euclidean" or "cosine".

    Returns:
        float in 0..1.

    Raises:
        ValueError: bad input, several classes for an item, or no query has a relevant
            item.

    Cost: O(queries * items * dim) time; 256 MB beside the input, or a row for one query.

    Example: the nearest of 0 is of another class, but two of its three nearest are not.

        >>> search = {"gallery": [[1.0], [2.0], [3.0]], "gallery_labels": [8, 7, 7]}
        >>> knn_accuracy([[0.0]], [7], k=1, **search)
        0.0
        >>> knn_accuracy([[0.0]], [7], k=3, **search)
        1.0
    """
    queries = as_points(embeddings, distance)
    if gallery is not None:
        gallery = as_points(gallery, distance, "gallery")
    collection = as_collection(queries, labels, gallery, gallery_labels)
    if collection.query_classes.ndim != 1:
        raise ValueError("Expected one class for each item. Received: rows of 0 and 1")
    k = min(check_count(k, "k"), collection.candidates)
    right = []
    for rows in collection.blocks(
        max(1, _WORKING_MEMORY // (32 * len(collection.gallery)))
    ):
        own = None if collection.own is None else collection.own[rows]
        nearest = nearest_items(collection.queries[rows], collection.gallery, k, own)
        votes = collection.gallery_classes[nearest]
        right.append(_elected(votes) == collection.query_classes[rows])
    return float(np.concatenate(right).mean())


def _elected(votes):
    """The most frequent number of each row, of several the first to occur."""
    counts = np.zeros(votes.shape, np.int64)
    for column in votes.T:
        counts += votes == column[:, None]
    return np.take_along_axis(votes, np.argmax(counts, axis=1)[:, None], axis=1)[:, 0]
