from functools import partial

import numpy as np
import pytest
from oracles import retrieval as oracle

from tfmetric.data import make_triplets
from tfmetric.retrieval import hard_negatives

# classes of 1, 2, 5, 9 and 13 examples, mixed
LABELS = np.random.default_rng(0).permutation(
    np.repeat([2**40, -3, 7, 5, 60], [1, 2, 5, 9, 13])
)


def some_vectors(seed=0, items=30, dim=4):
    return np.random.default_rng(seed).normal(0.5, 2, (items, dim)).astype(np.float32)


def check(matches, vectors, labels, anchors, k, skip, distance):
    measure = partial(oracle.measure, kind=distance)
    ids, distances = [], []
    for anchor in anchors:
        others = np.flatnonzero(labels != labels[anchor])
        (row,) = oracle.nearest(
            vectors[[anchor]], vectors[others], others, skip + k, measure
        )
        ids.append([item for _, item in row[skip:]])
        distances.append([value for value, _ in row[skip:]])
    np.testing.assert_array_equal(matches.ids, ids)
    np.testing.assert_allclose(matches.distances, distances, rtol=1e-5, atol=1e-6)
    assert (matches.ids.dtype, matches.distances.dtype) == (np.int64, np.float32)


@pytest.fixture(params=[0, 5, 200])
def large(request, monkeypatch):
    """From which size a class is left out of the scan: all, some and none of these."""
    monkeypatch.setattr("tfmetric.retrieval._hard_negatives._LARGE", request.param)
    monkeypatch.setattr("tfmetric.retrieval._hard_negatives._CHUNK", 7)


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("distance", ["squared_euclidean", "euclidean", "cosine"])
@pytest.mark.parametrize("k, skip", [(1, 0), (4, 0), (3, 5), (17, 0)])
def test_nearest_of_other_classes_equal_the_loops(distance, k, skip):
    vectors = some_vectors()
    matches = hard_negatives(vectors, LABELS, k=k, skip=skip, distance=distance)
    check(matches, vectors, LABELS, range(30), k, skip, distance)


@pytest.mark.usefixtures("large")
def test_anchors_in_any_order_and_several_times():
    vectors, anchors = some_vectors(1), [7, 3, 7, 29, 0, 3]
    matches = hard_negatives(vectors, LABELS, anchors, k=2)
    check(matches, vectors, LABELS, anchors, 2, 0, "squared_euclidean")


def test_negatives_for_triplets():
    vectors = some_vectors(2)
    anchor, _, negative = make_triplets(LABELS)
    hard = hard_negatives(vectors, LABELS, anchor)
    assert (LABELS[hard.ids[:, 0]] != LABELS[anchor]).all()
    random = np.square(vectors[anchor] - vectors[negative]).sum(axis=1)
    assert (hard.distances[:, 0] <= random * 1.00001).all()


@pytest.mark.usefixtures("large")
def test_a_class_that_fills_the_neighbourhood_hides_no_other():
    vectors = np.linspace(0, 1, 500, dtype=np.float32)[:, None]
    labels = np.arange(500) >= 490
    matches = hard_negatives(vectors, labels, [0, 499], k=3)
    assert matches.ids.tolist() == [[490, 491, 492], [489, 488, 487]]


@pytest.mark.usefixtures("large")
def test_equals_rank_by_lower_number():
    labels = np.array(list("abcabc"))
    matches = hard_negatives(np.zeros((6, 2)), labels, k=4)
    expected = [[j for j in range(6) if labels[j] != labels[i]] for i in range(6)]
    assert matches.ids.tolist() == expected


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"labels": LABELS[1:]}, "one label for each of 30 items"),
        ({"labels": np.zeros(30)}, "skip . k of at most 0"),
        ({"embeddings": np.full((30, 2), np.nan)}, "finite"),
        ({"embeddings": np.zeros((30, 2)), "distance": "cosine"}, "non-zero"),
        ({"distance": "manhattan"}, "Expected distance"),
        ({"k": 18}, "at most 17, .*skip=0, k=18"),
        ({"k": 9, "skip": 9}, "at most 17"),
        ({"k": 0}, "Expected k"),
        ({"skip": -1}, "Expected skip"),
        ({"anchors": []}, "at least one"),
        ({"anchors": [0.5]}, "numbers of items"),
        ({"anchors": [3, 30]}, "from 0 to 29. Received: 3 to 30"),
        ({"anchors": [-1]}, "from 0 to 29"),
    ],
)
def test_bad_arguments(change, reason):
    settings = {"embeddings": some_vectors(), "labels": LABELS}
    with pytest.raises(ValueError, match=reason):
        hard_negatives(**settings | change)
