import numpy as np
import pytest
from oracles import metrics as oracle

from tfmetric.metrics import knn_accuracy, precision_at_1


def collection(items=50):
    generator = np.random.default_rng(6)
    labels = np.append(generator.choice([2**60, 2**60 + 1, 5], items - 1), 8)
    return generator.integers(0, 4, size=(items, 2)).astype(float), labels


@pytest.mark.parametrize("k", [1, 2, 3, 4, 7, 49, 90])
def test_votes_equal_the_loops_with_ties(k):
    embeddings, labels = collection()
    wanted = oracle.knn_accuracy(embeddings, labels, k)
    assert knn_accuracy(embeddings, labels, k) == pytest.approx(wanted)


@pytest.mark.parametrize("k", [1, 4, 100])
def test_votes_of_a_gallery_equal_the_loops(k):
    embeddings, labels = collection()
    search = {"gallery": embeddings[20:], "gallery_labels": labels[20:]}
    wanted = oracle.knn_accuracy(embeddings[:20], labels[:20], k, *search.values())
    found = knn_accuracy(embeddings[:20], labels[:20], k, **search)
    assert found == pytest.approx(wanted)


def test_one_neighbour_is_precision_at_1():
    embeddings, labels = collection()
    assert knn_accuracy(embeddings, labels) == precision_at_1(embeddings, labels)


def test_of_classes_with_as_many_votes_the_nearest_wins():
    search = {"gallery": [[1.0], [2.0], [3.0], [4.0]], "gallery_labels": list("abba")}
    assert knn_accuracy([[0.0]], ["a"], 2, **search) == 1.0
    assert knn_accuracy([[0.0]], ["a"], 3, **search) == 0.0
    assert knn_accuracy([[0.0]], ["a"], 4, **search) == 1.0


def test_cosine_looks_at_directions_alone():
    search = {"gallery": [[9.0, 1.0], [0.0, 1.0]], "gallery_labels": [1, 2]}
    assert knn_accuracy([[1.0, 0.2]], [1], distance="cosine", **search) == 1.0
    assert knn_accuracy([[1.0, 0.2]], [1], **search) == 0.0


def test_blocks_change_nothing(monkeypatch):
    embeddings, labels = collection()
    whole = knn_accuracy(embeddings, labels, 3)
    monkeypatch.setattr("tfmetric.metrics._knn._WORKING_MEMORY", 1)
    assert knn_accuracy(embeddings, labels, 3) == whole


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="k to be a whole number"):
        knn_accuracy(np.eye(3), [1, 1, 2], 0)
    with pytest.raises(ValueError, match="one class for each item"):
        knn_accuracy(np.eye(3), np.ones((3, 2), int))
    with pytest.raises(ValueError, match="at least one query"):
        knn_accuracy(np.eye(3), [1, 2, 3])
