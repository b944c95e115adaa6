"""What the metrics accept: embeddings, packed codes, and labels of any size."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tfmetric._core._bits import as_words
from tfmetric._core._checks import as_labels, as_vectors, check_choice


def as_points(embeddings, distance, name="embeddings"):
    """Returns float64 points whose Euclidean distances rank as `distance` does."""
    check_choice(distance, ("euclidean", "cosine"), "distance")
    points = as_vectors(embeddings, name).astype(np.float64)
    if points.shape[1] == 0:
        raise ValueError(f"Expected {name} with numbers. Received: shape={points.shape}")
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
    for text, end in ((str, "\0"), (bytes, b"\0")):  # which NumPy would take off
        if labels.dtype.kind == "O" and all(
            isinstance(x, text) and not x.endswith(end) for x in labels
        ):
            labels = labels.astype(text)
    exact = labels.dtype.kind in "iubUST" or (
        labels.dtype.kind == "O" and all(isinstance(x, int | np.integer) for x in labels)
    )
    if not exact:
        raise ValueError(
            f"Expected {name} to be integers or strings. Received: {labels[0]!r}, …, "
            f"dtype={labels.dtype}"
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


def as_classes(named):
    """The classes of items whose labels are ids, or rows of 0 and 1 for each class.

    Args:
        named: dict from the name of an argument to its labels and how many it must hold.

    Returns:
        For each a (items,) array of class numbers, or a (items, words) array of uint64
        with a bit for each class.

    Raises:
        ValueError: labels of neither form, or not all of one.
    """
    widths = {
        np.shape(labels)[1] if np.ndim(labels) == 2 else 1 for labels, _ in named.values()
    }
    if len(widths) > 1:
        raise ValueError(
            f"Expected {' and '.join(named)} with as many columns. Received: "
            f"shapes {' and '.join(str(np.shape(labels)) for labels, _ in named.values())}"
        )
    if widths == {1}:
        return class_numbers(
            *(as_exact_labels(*given, name) for name, given in named.items())
        )
    return [_as_class_bits(*given, name) for name, given in named.items()]


def _as_class_bits(labels, count, name):
    labels = np.asarray(labels)
    if len(labels) != count or not np.isin(labels, (0, 1)).all():
        raise ValueError(
            f"Expected {name} as one label, or a row of 0s and 1s, for each of {count} "
            f"items. Received: shape={labels.shape}, dtype={labels.dtype}"
        )
    return as_words(np.packbits(labels == 1, axis=1)).T


def share_class(some, others):
    """Whether items have a class in common, given as by `as_classes`; broadcasts."""
    if some.dtype != np.uint64:
        return some == others
    common = False
    for word in range(some.shape[-1]):
        common = common | (some[..., word] & others[..., word]).astype(bool)
    return common


def _count_related(query_classes, gallery_classes):
    """How many items of the gallery share a class with each query."""
    if query_classes.dtype == np.uint64:
        counts = [share_class(row, gallery_classes).sum() for row in query_classes]
        return np.array(counts, np.int64)
    counts = np.bincount(gallery_classes, minlength=query_classes.max(initial=0) + 1)
    return counts[query_classes]


def members_of_classes(labels, count):
    """Which of `count` items is of which class.

    Returns:
        labels of the classes, and item and class number of each membership.
    """
    if np.ndim(labels) == 2 and np.shape(labels)[1] > 1:
        return list(range(np.shape(labels)[1])), np.nonzero(labels)
    labels, numbers = np.unique(
        as_exact_labels(labels, count, "labels"), return_inverse=True
    )
    return labels.tolist(), (np.arange(count), numbers)


@dataclass(frozen=True)
class Collection:
    """Queries and gallery with numbered classes; queries without a match left out.

    Attributes:
        queries, gallery: (items, width) embeddings or codes.
        query_classes, gallery_classes: (items,) class numbers, or (items, words) uint64
            with a bit for each class, of which items may have any number.
        own: (queries,) gallery row of each query when the two are one set, else None.
        relevant: (queries,) gallery items that share a class, itself not counted.
        kept: (all queries,) whether a query is among `queries`, or was left out.
    """

    queries: np.ndarray
    gallery: np.ndarray
    query_classes: np.ndarray
    gallery_classes: np.ndarray
    own: np.ndarray | None
    relevant: np.ndarray
    kept: np.ndarray

    @property
    def lone(self):
        """How many queries were left out."""
        return int(np.sum(~self.kept))

    @property
    def candidates(self):
        """How many gallery items a query is ranked against."""
        return len(self.gallery) - (self.own is not None)

    def relevant_items(self, rows):
        """The relevant items of a slice of the queries, the queries one after the other.

        Returns:
            number of the query within the slice, and row of the item in the gallery.
        """
        classes = self.query_classes[rows]
        if classes.ndim == 2:
            query, item = np.nonzero(share_class(classes[:, None], self.gallery_classes))
        else:
            order, starts = self._by_class
            counts = starts[classes + 1] - starts[classes]
            query = np.repeat(np.arange(len(classes)), counts)
            before = np.cumsum(counts) - counts
            item = order[np.arange(len(query)) + (starts[classes] - before)[query]]
        if self.own is None:
            return query, item
        other = item != self.own[rows][query]
        return query[other], item[other]

    @cached_property
    def _by_class(self):
        """Gallery rows sorted by class, and where each class starts."""
        classes = max(self.query_classes.max(), self.gallery_classes.max()) + 1
        sizes = np.bincount(self.gallery_classes, minlength=classes)
        return np.argsort(self.gallery_classes, kind="stable"), np.append(
            0, np.cumsum(sizes)
        )

    def are_related(self, queries, items):
        """Whether items share a class with queries, for indices that broadcast."""
        return share_class(self.query_classes[queries], self.gallery_classes[items])

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
    if gallery is None:
        (query_classes,) = as_classes({"labels": (labels, len(queries))})
        gallery, gallery_classes, own = queries, query_classes, np.arange(len(queries))
    else:
        check_same_width(queries, gallery, "query")
        query_classes, gallery_classes = as_classes(
            {
                "labels": (labels, len(queries)),
                "gallery_labels": (gallery_labels, len(gallery)),
            }
        )
        own = None
    relevant = _count_related(query_classes, gallery_classes) - (own is not None)
    kept = relevant > 0
    if not kept.any():
        raise ValueError(
            "Expected at least one query with another item of its class to find. "
            f"Received: {len(queries)} queries, none with one"
        )
    return Collection(
        queries=queries if kept.all() else queries[kept],
        gallery=gallery,
        query_classes=query_classes[kept],
        gallery_classes=gallery_classes,
        own=None if own is None else own[kept],
        relevant=relevant[kept],
        kept=kept,
    )
