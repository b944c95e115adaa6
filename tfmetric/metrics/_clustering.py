"""Clustering: do the clusters of an embedding agree with the classes."""

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import (
    adjusted_mutual_info_score,
    normalized_mutual_info_score,
    pair_confusion_matrix,
)

from tfmetric._core._checks import check_count
from tfmetric.metrics._inputs import as_exact_labels, as_points

_FULL = 10**7  # items times clusters up to which every step looks at every item


@dataclass(frozen=True)
class ClusterScores:
    """What `cluster_scores` and `partition_scores` find; 1 is agreement.

    Attributes:
        nmi: normalised mutual information, in 0..1; many small clusters raise it.
        ami: adjusted mutual information, 0 on average for clusters at random.
        precision: share of pairs in one cluster that are of one class; 0 if there is no
            such pair.
        recall: share of pairs of one class that are in one cluster; 0 if there is no
            such pair.
        f1: harmonic mean of precision and recall, pairwise F1.
        clusters: how many there are.
    """

    nmi: float
    ami: float
    precision: float
    recall: float
    f1: float
    clusters: int


def cluster_scores(embeddings, labels, clusters=None, *, distance="euclidean", seed=0):
    """Clusters embeddings by k-means and scores how well that finds the classes.

    The clustering account of metric learning. It depends on the seed, and says less
    than `rank_scores` about neighbours; prefer AMI to NMI where classes are many.

    Args:
        embeddings: (items, dim) finite numbers.
        labels: (items,) integers of any size, or strings.
        clusters: how many to look for; None for as many as there are classes.
        distance: "euclidean"; or "cosine", k-means on unit vectors.
        seed: of k-means.

    Returns:
        ClusterScores.

    Raises:
        ValueError: bad input, or more clusters than items.

    Cost: k-means++ once, then at most 100 steps of O(items * clusters * dim) time. Where
    items * clusters is above 10 million, steps on batches of 4096 items instead.

    Example: two well separated pairs.

        >>> scores = cluster_scores([[0.0], [1.0], [8.0], [9.0]], ["a", "a", "b", "b"])
        >>> round(scores.nmi, 6), scores.f1
        (1.0, 1.0)
    """
    points = as_points(embeddings, distance)
    labels = as_exact_labels(labels, len(points), "labels")
    if clusters is None:
        clusters = len(np.unique(labels))
    if check_count(clusters, "clusters") > len(points):
        raise ValueError(
            f"Expected at most as many clusters as items. "
            f"Received: clusters={clusters} for {len(points)} items"
        )
    settings = {"n_clusters": clusters, "n_init": 1, "max_iter": 100, "random_state": seed}
    if clusters * len(points) <= _FULL:
        method = KMeans(**settings)
    else:
        method = MiniBatchKMeans(**settings, batch_size=4096)
    with warnings.catch_warnings():  # fewer distinct points than clusters
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = method.fit_predict(points)
    return partition_scores(labels, found)


def partition_scores(labels, clusters):
    """Scores how well a given clustering agrees with the classes.

    Args:
        labels: (items,) integers of any size, or strings: the class of each item.
        clusters: (items,) integers of any size, or strings: the cluster of each.

    Returns:
        ClusterScores.

    Raises:
        ValueError: bad input, or no items.

    Cost: O(items log items) time, from the table of classes by clusters; the adjustment
    of AMI takes O(classes * clusters * items per class).

    Example: of the pairs in one cluster, 01, 02 and 12, one is of one class; so is 23,
    which no cluster holds.

        >>> scores = partition_scores(["a", "a", "b", "b"], [0, 0, 0, 1])
        >>> scores.precision == 1 / 3, scores.recall, scores.f1
        (True, 0.5, 0.4)
    """
    labels = as_exact_labels(labels, len(labels), "labels")
    clusters = as_exact_labels(clusters, len(labels), "clusters")
    _, labels = np.unique(labels, return_inverse=True)
    _, clusters = np.unique(clusters, return_inverse=True)
    pairs = pair_confusion_matrix(labels, clusters)
    both, one_class, one_cluster = pairs[1, 1], pairs[1].sum(), pairs[:, 1].sum()
    return ClusterScores(
        nmi=float(normalized_mutual_info_score(labels, clusters)),
        ami=float(adjusted_mutual_info_score(labels, clusters)),
        precision=float(both / max(one_cluster, 1)),
        recall=float(both / max(one_class, 1)),
        f1=float(2 * both / max(one_cluster + one_class, 1)),
        clusters=int(clusters.max()) + 1,
    )
