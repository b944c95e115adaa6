"""The nearest examples of other classes: the hardest negatives there are."""

import faiss
import numpy as np

from tfmetric._core._checks import as_labels, check_count
from tfmetric.data._labels import group
from tfmetric.retrieval._inputs import as_points, check_distance
from tfmetric.retrieval._matches import Matches
from tfmetric.retrieval._rank import SPARE, rank_candidates

_LARGE = 200  # members of a class that is left out of the scan
_CHUNK = 4096  # queries whose candidates are held at once


def hard_negatives(
    embeddings, labels, anchors=None, *, k=1, skip=0, distance="squared_euclidean"
):
    """Finds for each anchor the nearest examples of other classes.

    Choose it to see what an embedding mistakes, or to draw the negatives of triplets
    from a whole data set rather than from a batch; `HardTriplets` does so while a network
    trains. Where labels are noisy the very nearest of another class is often of the same
    in truth: `skip` the first few.

    With triplets of `data.make_triplets`, `anchor, positive, _`, the hardest negatives
    are `hard_negatives(embeddings, labels, anchor).ids[:, 0]`.

    Args:
        embeddings: (items, dim) finite numbers.
        labels: (items,) labels of any type. Examples of unknown class are left out
            first, for they may be of the anchor's.
        anchors: (anchors,) numbers of items, or None for all items in order.
        k: negatives of each anchor.
        skip: how many nearer ones to leave out.
        distance: "squared_euclidean", "euclidean" or "cosine", as in `FloatIndex`.

    Returns:
        `Matches` of shape (anchors, k), nearest first: numbers of items and distances.

    Raises:
        ValueError: bad input, or fewer than skip + k examples of other classes.

    Cost: O(anchors · items · dim) time, exact; memory items · dim floats twice, 12 bytes
        for each of anchors · (skip + k), and the candidates of some anchors at a time.

    Reference: Harwood, Kumar, Carneiro, Reid and Drummond, 2017, Smart Mining for Deep
        Metric Learning, arXiv:1704.01285, who search approximately.

    >>> embeddings = [[0.0], [1.0], [4.0], [6.0]]
    >>> hard_negatives(embeddings, ["a", "a", "b", "c"], k=2)
    Matches(queries=4, k=2)
      0: 2 (16), 3 (36)
      1: 2 (9), 3 (25)
      2: 3 (4), 1 (9)
      3: 2 (4), 1 (25)
    """
    points = as_points(embeddings, "embeddings", check_distance(distance))
    groups = group(as_labels(labels, len(points), "labels"))
    anchors = _as_anchors(anchors, len(points))
    largest = groups.counts[groups.class_of[anchors]].max()
    depth = check_depth(k, skip, len(points) - int(largest))
    asked, again = np.unique(anchors, return_inverse=True)
    ids, distances = _nearest_others(points, groups, asked, depth, distance)
    return Matches(ids[again, skip:], distances[again, skip:])


def check_depth(k, skip, left):
    """Returns skip + k, if there are so many; `left` is how many the fewest anchor has."""
    depth = check_count(k, "k") + check_count(skip, "skip", least=0)
    if depth > left:
        raise ValueError(
            f"Expected skip + k of at most {left}, for so many examples of other classes "
            f"an anchor has. Received: skip={skip}, k={k}"
        )
    return depth


def _as_anchors(anchors, items):
    anchors = np.arange(items) if anchors is None else np.asarray(anchors)
    if anchors.ndim != 1 or not anchors.size or anchors.dtype.kind not in "iu":
        raise ValueError(
            "Expected anchors as numbers of items, of shape (anchors,), at least one. "
            f"Received: shape={anchors.shape}, dtype={anchors.dtype}"
        )
    if anchors.min() < 0 or anchors.max() >= items:
        raise ValueError(
            f"Expected anchors from 0 to {items - 1}. "
            f"Received: {anchors.min()} to {anchors.max()}"
        )
    return anchors


def _nearest_others(points, groups, anchors, depth, distance):
    """Numbers and distances of the nearest of other classes, (anchors, depth) each."""
    scan = faiss.IndexFlatL2(points.shape[1])
    scan.add(points[groups.members])  # class after class: mates are a range
    own = groups.class_of[anchors]
    ids = np.empty((len(anchors), depth), np.int64)
    distances = np.empty((len(anchors), depth), np.float32)
    for rows in _parts(own, groups.counts):
        queries = points[anchors[rows]]
        places = _scan_others(scan, groups, queries, own[rows], depth + SPARE)
        ids[rows], distances[rows] = rank_candidates(
            queries, points, groups.members[places], depth, distance
        )
    return ids, distances


def _parts(own, counts):
    """Rows to search for at once: of one large class, or some of the small ones."""
    is_large = counts[own] > _LARGE
    small, large = np.flatnonzero(~is_large), np.flatnonzero(is_large)
    parts = [small[start : start + _CHUNK] for start in range(0, len(small), _CHUNK)]
    by_class = large[np.argsort(own[large], kind="stable")]
    ends = np.flatnonzero(np.diff(own[by_class])) + 1
    return parts + [part for part in np.split(by_class, ends) if len(part)]


def _scan_others(scan, groups, queries, own, reach):
    """Places in the scan of the nearest of other classes, at most `reach` of each query.

    A large class is left out of the scan. Small ones are looked for with the others and
    dropped: FAISS is faster for many queries at once, and with nothing to leave out.
    """
    starts, counts = groups.starts[own], groups.counts[own]
    largest = int(counts.max())
    if largest > _LARGE:
        first = int(starts[0])
        mates = faiss.IDSelectorRange(first, first + largest)
        others = faiss.SearchParameters(sel=faiss.IDSelectorNot(mates))
        return scan.search(queries, min(reach, scan.ntotal - largest), params=others)[1]
    _, places = scan.search(queries, min(reach + largest, scan.ntotal))
    ends = starts + counts
    is_mate = (places >= starts[:, None]) & (places < ends[:, None])
    kept = np.argsort(is_mate, axis=1, kind="stable")[:, : places.shape[1] - largest]
    return np.take_along_axis(places, kept, axis=1)
