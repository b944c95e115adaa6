"""Few-shot classification: which of N classes, told by K examples of each."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from tfmetric._core._checks import check_choice, check_count
from tfmetric.data import make_episodes
from tfmetric.metrics._inputs import as_exact_labels, as_points


@dataclass(frozen=True)
class FewShotAccuracy:
    """What `few_shot_accuracy` finds.

    Attributes:
        mean: mean accuracy of the episodes, in 0..1.
        interval: half the width of its 95 % confidence interval: report mean ± interval.
        episodes: how many were drawn.
    """

    mean: float
    interval: float
    episodes: int


def few_shot_accuracy(
    embeddings,
    labels,
    ways=5,
    shots=1,
    *,
    queries=15,
    episodes=600,
    by="prototype",
    distance="euclidean",
    seed=0,
):
    """Accuracy of telling which of N classes a query is of, given K examples of each.

    Choose it for embeddings that are to serve classes of which few examples will be
    known; take classes that were not trained on. Episodes are drawn by
    `data.make_episodes`. A query goes to the class with the nearest prototype or the
    nearest example; of equally near ones, to the first of the episode, so that a
    collapsed embedding scores 1 / ways.

    Args:
        embeddings: (items, dim) finite numbers.
        labels: (items,) integers of any size, or strings.
        ways: N, classes in an episode, at least 2.
        shots: K, examples of each class.
        queries: others of each class to be classified.
        episodes: how many tasks, at least 2.
        by: "prototype", the mean of the examples of a class; or "nearest", the nearest
            single example. The same with one shot.
        distance: "euclidean"; or "cosine", Euclidean between unit vectors, prototypes
            brought to unit length too.
        seed: of the draw.

    Returns:
        FewShotAccuracy; its interval is 1.96 standard deviations / sqrt(episodes).

    Raises:
        ValueError: bad input, or fewer than `ways` classes with shots + queries items.

    Cost: O(episodes * ways² * queries * dim) time, times shots by "nearest".

    Reference: J. Snell, K. Swersky and R. Zemel, "Prototypical Networks for Few-shot
    Learning", NIPS 2017, https://arxiv.org/abs/1703.05175. It adds no unit length.

    Example: the two classes are far apart.

        >>> points = [[0.0], [0.5], [1.0], [8.0], [8.5], [9.0]]
        >>> few_shot_accuracy(points, list("aaabbb"), 2, 2, queries=1, episodes=10)
        FewShotAccuracy(mean=1.0, interval=0.0, episodes=10)
    """
    points = as_points(embeddings, distance)
    labels = as_exact_labels(labels, len(points), "labels")
    check_choice(by, ("prototype", "nearest"), "by")
    check_count(episodes, "episodes", least=2)
    drawn = make_episodes(labels, ways, shots, queries, episodes, seed=seed)
    right = np.repeat(np.arange(ways), queries)
    accuracies = []
    for support, query in zip(drawn.support, drawn.query, strict=True):
        known = points[support]
        if by == "prototype":
            known = known.mean(axis=1, keepdims=True)
        if distance == "cosine":
            known /= np.maximum(np.linalg.norm(known, axis=-1, keepdims=True), 1e-300)
        asked = points[query.ravel()]
        nearest = cdist(asked, known.reshape(-1, points.shape[1]), "sqeuclidean").argmin(1)
        accuracies.append(np.mean(nearest // known.shape[1] == right))
    deviation = np.std(accuracies, ddof=1)
    return FewShotAccuracy(
        mean=float(np.mean(accuracies)),
        interval=float(1.96 * deviation / np.sqrt(episodes)),
        episodes=episodes,
    )
