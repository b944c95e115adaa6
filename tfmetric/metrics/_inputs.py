"""What the metrics accept: embeddings, packed codes, and labels of any size."""

from dataclasses import dataclass

import numpy as np

from tfmetric._core._checks import as_labels, as_vectors, check_choice


def as_points(embeddings, distance, name="embeddings"):
    """Returns float64 points whose Euclidean distances rank as `distance` does."""
    check_choice(distance, ("euclidean", "cosine"), "distance")
    points = as_vectors(embeddings, name).astype(np.float64)
    if distance == "euclidean":
        return points
    norms = np.linalg.norm(points, axis=1, keepdims=True)
    if not norms.all():
        raise ValueError(
            f"Expected {name} to be non-zero for distance='cosine'. "
            f"Received: zeros in row {int(np.argmin(norms))}"
        )
    return points / norms


def check_same_width(queries, gallery, name):
    """Checks that queries and gallery have rows of one width."""
    if queries.shape[1] != gallery.shape[1]:
        raise ValueError(
            f"Expected {name} and gallery rows of the same width. "
            f"Received: {queries.shape[1]} and {gallery.shape[1]}"
        )


def as_exact_labels(labels, count, name):
    """Returns (count,) labels that are integers or strings, for floats may merge."""
    if count == 0:
        raise ValueError("Expected at least one item to score. Received: none")
    if isinstance(labels, list | tuple):  # NumPy would make [2**63, 1] floats
        labels = np.array(labels, dtype=object)
    labels = as_labels(labels, count, name)
    for text in (str, bytes):
        if labels.dtype.kind == "O" and all(isinstance(x, text) for x in labels):
            labels = labels.astype(text)
    exact = labels.dtype.kind in "iubUST" or (
        labels.dtype.kind == "O" and all(isinstance(x, int | np.integer) for x in labels)
    )
    if not exact:
        raise ValueError(
            f"Expected {name} to be integers or strings. Received: dtype={labels.dtype}"
        )
    return labels


def class_numbers(*label_arrays):
    """Numbers the classes of several label arrays from 0, the same in all of them."""
    if len({labels.dtype.kind in "iubO" for labels in label_arrays}) > 1:
        raise ValueError(
            "Expected labels and gallery_labels both integers or both strings. "
            f"Received: {' and '.join(str(labels.dtype) for labels in label_arrays)}"
        )
    if np.result_type(*label_arrays).kind == "f":  # int64 beside uint64
        label_arrays = [labels.astype(object) for labels in label_arrays]
    numbers = np.unique(np.concatenate(label_arrays), return_inverse=True)[1]
    return np.split(numbers, np.cumsum([len(labels) for labels in label_arrays])[:-1])


@dataclass(frozen=True)
class Collection:
    """Queries and gallery with numbered classes; queries without a match left out.

    Attributes:
        queries, gallery: (items, width) embeddings or codes.
        query_classes, gallery_classes: (items,) class numbers.
        own: (queries,) gallery row of each query when the two are one set, else None.
        relevant: (queries,) gallery items of the query's class, itself not counted.
        lone: how many queries were left out.
    """

    queries: np.ndarray
    gallery: np.ndarray
    query_classes: np.ndarray
    gallery_classes: np.ndarray
    own: np.ndarray | None
    relevant: np.ndarray
    lone: int

    @property
    def candidates(self):
        """How many gallery items a query is ranked against."""
        return len(self.gallery) - (self.own is not None)

    def blocks(self, block_size):
        """Slices that cut the queries into blocks."""
        starts = range(0, len(self.queries), block_size)
        return [slice(start, start + block_size) for start in starts]


def as_collection(queries, labels, gallery, gallery_labels):
    """Joins checked rows with their labels; `gallery=None` means leave-one-out.

    Raises:
        ValueError: labels that do not fit, or no query has a relevant item.
    """
    if (gallery is None) != (gallery_labels is None):
        raise ValueError("Expected gallery and gallery_labels together or neither.")
    labels = as_exact_labels(labels, len(queries), "labels")
    if gallery is None:
        (query_classes,) = class_numbers(labels)
        gallery, gallery_classes, own = queries, query_classes, np.arange(len(queries))
    else:
        check_same_width(queries, gallery, "query")
        gallery_labels = as_exact_labels(gallery_labels, len(gallery), "gallery_labels")
        query_classes, gallery_classes = class_numbers(labels, gallery_labels)
        own = None
    counts = np.bincount(gallery_classes, minlength=query_classes.max(initial=0) + 1)
    relevant = counts[query_classes] - (own is not None)
    kept = relevant > 0
    if not kept.any():
        raise ValueError(
            "Expected at least one query with another item of its class to find. "
            f"Received: {len(queries)} queries, none with one"
        )
    return Collection(
        queries=queries[kept],
        gallery=gallery,
        query_classes=query_classes[kept],
        gallery_classes=gallery_classes,
        own=None if own is None else own[kept],
        relevant=relevant[kept],
        lone=int(np.sum(~kept)),
    )
