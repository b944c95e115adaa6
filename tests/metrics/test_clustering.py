import numpy as np
import pytest
from oracles import metrics as oracle
from sklearn import metrics as sklearn_metrics

from tfmetric.metrics import _clustering, cluster_scores, partition_scores


def blobs(sizes=(12, 7, 5)):
    generator = np.random.default_rng(0)
    labels = np.repeat(np.array([2**63 + 1, 4, 2**63], np.uint64), sizes)
    centres = np.repeat([[0.0, 9.0], [9.0, 0.0], [-9.0, -9.0]], sizes, axis=0)
    return centres + generator.normal(size=centres.shape), labels


@pytest.mark.parametrize("seed", range(3))
def test_partition_scores_equal_the_loops_and_scikit_learn(seed):
    generator = np.random.default_rng(seed)
    labels, clusters = generator.integers(0, 4, 30), generator.integers(5, 8, 30)
    scores = partition_scores(labels, clusters)
    precision, recall = oracle.pairwise_scores(labels, clusters)
    assert precision != pytest.approx(recall)
    assert (scores.precision, scores.recall) == pytest.approx((precision, recall))
    assert scores.f1 == pytest.approx(2 * precision * recall / (precision + recall))
    wanted = sklearn_metrics.normalized_mutual_info_score(labels, clusters)
    assert scores.nmi == pytest.approx(wanted)
    wanted = sklearn_metrics.adjusted_mutual_info_score(labels, clusters)
    assert scores.ami == pytest.approx(wanted)
    assert scores.clusters == 3


def test_without_pairs_precision_and_recall_are_zero():
    scores = partition_scores([1, 1, 2], [0, 1, 2])
    assert (scores.precision, scores.recall, scores.f1) == (0, 0, 0)
    scores = partition_scores([1, 2, 3], [0, 1, 2])
    assert (scores.precision, scores.recall, scores.f1) == (0, 0, 0)


@pytest.mark.parametrize("full", [10**7, 0])
@pytest.mark.parametrize("distance", ["euclidean", "cosine"])
def test_separate_classes_are_found(distance, full, monkeypatch):
    monkeypatch.setattr(_clustering, "_FULL", full)
    scores = cluster_scores(*blobs(), distance=distance)
    assert (scores.nmi, scores.f1) == pytest.approx((1, 1))
    assert scores.clusters == 3


def test_number_of_clusters_may_be_chosen():
    embeddings, labels = blobs()
    scores = cluster_scores(embeddings, labels, 2)
    assert scores.clusters == 2
    assert scores.recall == 1 and scores.precision < 1


def test_the_seed_decides():
    noise, labels = np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 6
    found = [cluster_scores(noise, labels, seed=seed) for seed in (1, 2, 1)]
    assert found[0] == found[2] != found[1]


def test_a_collapsed_embedding_is_one_cluster():
    scores = cluster_scores(np.ones((6, 2)), [1, 1, 1, 2, 2, 2])
    assert (scores.clusters, scores.nmi, scores.ami) == (1, 0, 0)
    assert (scores.recall, scores.precision) == (1, 6 / 15)


def test_any_labels_do():
    embeddings, labels = blobs()
    words = np.array(["b", "a", "c"])[np.unique(labels, return_inverse=True)[1]]
    assert cluster_scores(embeddings, words) == cluster_scores(embeddings, labels)


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"clusters": 5}, "at most as many clusters as items"),
        ({"clusters": 0}, "clusters to be a whole number"),
        ({"labels": [1, 2]}, "one label for each of 4"),
        ({"distance": "hamming"}, "distance to be one of"),
        ({"embeddings": np.zeros((0, 2)), "labels": []}, "at least one item"),
    ],
)
def test_bad_input_is_refused(settings, match):
    given = {"embeddings": np.eye(4), "labels": [1, 1, 2, 2], **settings}
    with pytest.raises(ValueError, match=match):
        cluster_scores(**given)


def test_bad_partitions_are_refused():
    with pytest.raises(ValueError, match="clusters to hold one label for each of 3"):
        partition_scores([1, 2, 2], [0, 1])
    with pytest.raises(ValueError, match="at least one item"):
        partition_scores([], [])
