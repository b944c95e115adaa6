from functools import partial

import faiss
import numpy as np
import pytest
from oracles import retrieval as oracle

from tfmetric.retrieval import FloatIndex

DISTANCES = ["squared_euclidean", "euclidean", "cosine"]


def some_vectors(count, dim=6, seed=0):
    return np.random.default_rng(seed).normal(0.3, 2, (count, dim)).astype(np.float32)


def check(matches, expected, rtol=1e-5, atol=1e-6):
    ids = [[item for _, item in row] for row in expected]
    distances = [[value for value, _ in row] for row in expected]
    np.testing.assert_array_equal(matches.ids, ids)
    np.testing.assert_allclose(matches.distances, distances, rtol=rtol, atol=atol)


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("queries", [1, 40])
def test_search_equals_the_loops(distance, queries):
    vectors, ids = some_vectors(90), np.arange(90)[::-1] * 3 + 2**40
    wanted = some_vectors(queries, seed=1)
    matches = FloatIndex(vectors, ids=ids, distance=distance).search(wanted, 7)
    measure = partial(oracle.measure, kind=distance)
    check(matches, oracle.nearest(wanted, vectors, ids, 7, measure))
    assert (matches.ids.dtype, matches.distances.dtype) == (np.int64, np.float32)


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("scale", [1e-4, 300.0, 1e6])
def test_a_vector_is_at_distance_zero_from_itself_whatever_its_length(distance, scale):
    vectors = scale * some_vectors(50, dim=64)
    matches = FloatIndex(vectors, distance=distance).search(vectors, 2)
    np.testing.assert_array_equal(matches.ids[:, 0], np.arange(50))
    np.testing.assert_array_equal(matches.distances[:, 0], 0)
    assert (matches.distances[:, 1] > 0).all()


def test_near_copies_of_a_long_vector_keep_their_order_and_distances():
    vectors = np.full((30, 16), 1000, np.float32)
    vectors[:, 3] += 0.25 * np.arange(30)[::-1]
    matches = FloatIndex(vectors, distance="euclidean").search(vectors[29:], 30)
    np.testing.assert_array_equal(matches.ids[0], np.arange(30)[::-1])
    np.testing.assert_allclose(matches.distances[0], 0.25 * np.arange(30))


@pytest.mark.parametrize("distance", DISTANCES)
def test_rounding_of_the_scan_is_repaired(distance, monkeypatch):
    """As matrix products, which FAISS may choose, squared distances lose digits."""
    monkeypatch.setattr(faiss.cvar, "distance_compute_blas_threshold", 1)
    vectors = 20 + 0.1 * some_vectors(200, dim=16)
    matches = FloatIndex(vectors, distance=distance).search(vectors, 5)
    measure = partial(oracle.measure, kind=distance)
    check(matches, oracle.nearest(vectors, vectors, range(200), 5, measure))


@pytest.mark.parametrize("distance", DISTANCES)
def test_copies_rank_by_lower_position(distance):
    vectors = np.repeat(some_vectors(3, dim=37), 9, axis=0)
    matches = FloatIndex(vectors, distance=distance).search(some_vectors(25, 37, 5), 27)
    groups = matches.ids.reshape(25, 3, 9)
    np.testing.assert_array_equal(groups - groups[:, :, :1], [[np.arange(9)] * 3] * 25)


def test_opposite_vectors_are_two_apart_by_cosine():
    index = FloatIndex([[1, 0], [-3, 0], [0, 9]], distance="cosine")
    assert index.search([[2, 0]], 3).to_list() == [
        [
            {"id": 0, "distance": 0.0},
            {"id": 2, "distance": 1.0},
            {"id": 1, "distance": 2.0},
        ]
    ]


def test_places_beyond_the_index_stay_unfilled():
    matches = FloatIndex([[0.0], [2.0]]).search([[3.0]], 4)
    assert matches.ids.tolist() == [[1, 0, -1, -1]]
    assert matches.distances.tolist() == [[1.0, 9.0, np.inf, np.inf]]


@pytest.mark.parametrize("distance", DISTANCES)
def test_adding_is_like_having_had_it_all(distance):
    vectors, queries = some_vectors(40), some_vectors(5, seed=2)
    index = FloatIndex(vectors[:10], distance=distance)
    index.add(vectors[10:11])
    index.add(vectors[11:])
    whole = FloatIndex(vectors, distance=distance).search(queries, 9)
    found = index.search(queries, 9)
    np.testing.assert_array_equal(found.ids, whole.ids)
    np.testing.assert_array_equal(found.distances, whole.distances)
    assert (len(index), index.dim) == (40, 6)


def test_the_index_keeps_its_own_copy():
    vectors = np.float32([[0.0], [5.0]])
    index = FloatIndex(vectors)
    vectors[:] = 9
    assert index.search([[1.0]], 1).to_list() == [[{"id": 0, "distance": 1.0}]]


def test_many_candidates_are_measured_in_pieces(monkeypatch):
    index, queries = FloatIndex(some_vectors(80)), some_vectors(9, seed=3)
    whole = index.search(queries, 20)
    monkeypatch.setattr("tfmetric.retrieval._rank._CHUNK", 50)
    pieces = index.search(queries, 20)
    np.testing.assert_array_equal(pieces.ids, whole.ids)
    np.testing.assert_array_equal(pieces.distances, whole.distances)


def test_no_queries_have_no_matches():
    assert FloatIndex([[0.0]]).search(np.zeros((0, 1)), 3).ids.shape == (0, 3)


@pytest.mark.parametrize(
    ("vectors", "settings", "match"),
    [
        (np.zeros(3), {}, "shape"),
        (np.zeros((0, 3)), {}, "at least one"),
        (np.zeros((3, 0)), {}, "at least one"),
        ([["a"]], {}, "numbers"),
        ([[1.0], [np.inf]], {}, "row 1"),
        ([[1.0], [1e30]], {}, "length at most 1e\\+18"),
        ([[1.0], [0.0]], {"distance": "cosine"}, "row 1"),
        ([[1.0]], {"distance": "manhattan"}, "distance to be one of"),
        ([[1.0], [2.0]], {"ids": [1]}, "one for each item"),
        ([[1.0], [2.0]], {"ids": [1.0, 2.0]}, "whole numbers"),
        ([[1.0], [2.0]], {"ids": [4, 4]}, "4 twice"),
        ([[1.0], [2.0]], {"ids": [-1, 4]}, "0..2"),
        ([[1.0], [2.0]], {"ids": np.uint64([2**63, 4])}, "0..2"),
    ],
)
def test_bad_vectors_are_refused(vectors, settings, match):
    with pytest.raises(ValueError, match=match):
        FloatIndex(vectors, **settings)


@pytest.mark.parametrize(
    ("queries", "k", "match"),
    [
        ([[1.0, 2.0]], 1, "as wide as the index, 1"),
        ([1.0], 1, "shape"),
        ([[np.nan]], 1, "row 0"),
        ([[1.0]], 0, "k to be"),
    ],
)
def test_bad_queries_are_refused(queries, k, match):
    with pytest.raises(ValueError, match=match):
        FloatIndex([[1.0]]).search(queries, k)


@pytest.mark.parametrize(
    ("vectors", "ids", "match"),
    [([[1.0]], [7], "7 twice"), ([[1.0]], None, "1 twice"), ([[1.0, 2.0]], [9], "wide")],
)
def test_a_bad_addition_adds_nothing(vectors, ids, match):
    index = FloatIndex([[1.0]], ids=[7])
    if ids is None:
        index = FloatIndex([[1.0]], ids=[1])
    with pytest.raises(ValueError, match=match):
        index.add(vectors, ids)
    assert len(index) == 1
    assert index.search([[1.0]], 2).ids[0, 1] == -1
