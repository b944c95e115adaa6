"""Verification: do distances tell pairs of one class from pairs of two."""

import numpy as np

from tfmetric._core._checks import check_count
from tfmetric.metrics._inputs import as_exact_labels, as_points, class_numbers
from tfmetric.metrics._points import squared_distances
from tfmetric.metrics._roc import as_cuts


def roc_auc(embeddings, labels, *, pairs=100_000, distance="euclidean", seed=0):
    """Area under the ROC curve of "same class" decided by distance, over pairs.

    The chance that a pair of one class is nearer than a pair of two classes, ties
    counting half. Choose it for verification (is this the same person?), where the
    ranking scores, which compare distances around one query only, say too little.
    Which pairs are measured, arguments, errors and cost are those of `pair_distances`;
    the area does not depend on the balance between the two kinds.

    Returns:
        float in 0..1: 1 separates perfectly, 0.5 knows nothing.

    Example: same-class distances 1 and 3, others 2, 3, 5 and 6 (four pairs). 1 is below
    all four; 3 is above one, level with one and below two: (4 + 2.5) / 8.

        >>> roc_auc([[0.0], [1.0], [3.0], [6.0]], [1, 1, 2, 2])
        0.8125
    """
    return pair_roc_auc(
        *pair_distances(embeddings, labels, pairs=pairs, distance=distance, seed=seed)
    )


def pair_distances(embeddings, labels, *, pairs=100_000, distance="euclidean", seed=0):
    """Distances of pairs of items, and which pairs are of one class.

    The way from embeddings to `verification_scores` and the other functions on pairs.
    All pairs are measured if there are at most `pairs`. Otherwise `pairs // 2` pairs of
    one class and as many of two are drawn, each uniformly and with replacement.

    Args:
        embeddings: (items, dim) finite numbers.
        labels: (items,) integers of any size, or strings.
        pairs: most pairs to measure, at least 2.
        distance: "euclidean", or "cosine": 1 - cos.
        seed: of the draw.

    Returns:
        (pairs,) float64 distances and (pairs,) bool, true where the two are of one
        class.

    Raises:
        ValueError: bad input, or no pair of one class, or none of two.

    Cost: O(pairs * dim) time, O(pairs) memory.

    Example:

        >>> distances, same = pair_distances([[0.0], [1.0], [5.0]], ["a", "a", "b"])
        >>> distances.tolist(), same.tolist()
        ([1.0, 5.0, 4.0], [True, False, False])
    """
    points = as_points(embeddings, distance)
    (classes,) = class_numbers(as_exact_labels(labels, len(points), "labels"))
    check_count(pairs, "pairs", least=2)
    sizes = np.bincount(classes)
    if sizes.max() < 2 or len(sizes) < 2:
        raise ValueError(
            "Expected pairs of one class and of two: two classes, one of them with two "
            f"items. Received: class sizes {sizes[:10].tolist()}"
        )
    if len(points) * (len(points) - 1) // 2 <= pairs:
        left, right = np.triu_indices(len(points), k=1)
    else:
        left, right = _draw_pairs(classes, sizes, pairs // 2, seed)
    squared = squared_distances(points, left, points, right)
    distances = squared / 2 if distance == "cosine" else np.sqrt(squared)
    return distances, classes[left] == classes[right]


def pair_roc_auc(distances, same):
    """Area under the ROC curve of pairs whose distances are known.

    Choose it when the data comes as pairs, or a network gives distances directly.

    Args:
        distances: (pairs,) finite numbers that grow with remoteness.
        same: (pairs,) true or 1 where the two are of one class, else false or 0.

    Returns:
        float in 0..1: the chance that a same pair is nearer than another, ties half.

    Raises:
        ValueError: bad input, or only one kind of pair.

    Example: of the four comparisons only 0.5 against 0.4 is wrong.

        >>> pair_roc_auc([0.1, 0.5, 0.4, 0.9], [1, 1, 0, 0])
        0.75
    """
    return as_cuts(distances, same).area()


def _draw_pairs(classes, sizes, count, seed):
    """Draws `count` pairs of one class and `count` of two, as positions.

    Items are laid out class by class, in a ring. An item's partner of the same class
    is a step within its class away, one of another class a step beyond its class.
    """
    generator = np.random.default_rng(seed)
    items = np.argsort(classes, kind="stable")
    size = sizes[classes[items]]
    start = (np.cumsum(sizes) - sizes)[classes[items]]

    weights = (size - 1) / np.sum(size - 1)
    left = generator.choice(len(items), count, p=weights)
    step = generator.integers(1, size[left])
    same = start[left] + (left - start[left] + step) % size[left]

    others = len(items) - size
    anchor = generator.choice(len(items), count, p=others / others.sum())
    step = generator.integers(0, others[anchor])
    different = (start[anchor] + size[anchor] + step) % len(items)
    return items[np.append(left, anchor)], items[np.append(same, different)]
