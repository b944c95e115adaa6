import numpy as np
import pytest
from oracles import retrieval as oracle

from tfmetric.retrieval import FloatIndex, TwoStageIndex, recall_kept

DISTANCES = ["squared_euclidean", "euclidean", "cosine"]


def some_items(count, seed=0, bits=12, dim=5):
    """Vectors, and codes that are the signs of their random projections."""
    directions = np.random.default_rng(99).normal(size=(dim, bits))
    vectors = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    return np.packbits(vectors @ directions > 0, axis=1), vectors


def check(matches, expected, k):
    rows = [row + [(np.inf, -1)] * (k - len(row)) for row in expected]
    np.testing.assert_array_equal(matches.ids, [[j for _, j in row] for row in rows])
    distances = [[value for value, _ in row] for row in rows]
    np.testing.assert_allclose(matches.distances, distances, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("candidates", [6, 25])
def test_ranks_the_nearest_codes_by_vector(distance, candidates):
    items, queries = some_items(120), some_items(35, seed=1)
    index = TwoStageIndex(*items, distance=distance)
    expected = oracle.two_stage(
        *queries, *items, 6, lambda ranked: [j for _, j in ranked[:candidates]], distance
    )
    check(index.search(*queries, 6, candidates), expected, 6)


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("threshold", [1, 3, 13])
def test_threshold_keeps_codes_strictly_below_it(distance, threshold):
    items, queries = some_items(120), some_items(35, seed=1)
    index = TwoStageIndex(*items, distance=distance)
    expected = oracle.two_stage(
        *queries, *items, 6, lambda r: [j for d, j in r if d < threshold], distance
    )
    assert {len(row) for row in expected} != {6} or threshold == 13
    check(index.search(*queries, 6, threshold=threshold), expected, 6)


@pytest.mark.parametrize("distance", DISTANCES)
def test_with_every_item_a_candidate_it_is_the_exact_search(distance):
    items, queries = some_items(150), some_items(20, seed=2)
    ids = np.arange(150) * 7
    exact = FloatIndex(items[1], ids=ids, distance=distance).search(queries[1], 9)
    index = TwoStageIndex(*items, ids=ids, distance=distance)
    for settings in ({"candidates": 150}, {"candidates": 10**6}, {"threshold": 17}, {}):
        found = index.search(*queries, 9, **settings)
        np.testing.assert_array_equal(found.ids, exact.ids)
        np.testing.assert_array_equal(found.distances, exact.distances)
    narrow = recall_kept(exact, index.search(*queries, 9, 9))
    assert narrow < recall_kept(exact, index.search(*queries, 9, 60)) <= 1


def test_by_default_1000_or_20_per_place_are_candidates():
    """All items tie in the first stage; the nearest vector comes last."""
    codes, vectors = np.zeros((1200, 1), np.uint8), np.arange(1200.0)[:, None]
    index = TwoStageIndex(codes, vectors)
    query = codes[:1], [[1200.0]]
    assert index.search(*query, 1).ids.tolist() == [[999]]
    assert index.search(*query, 50).ids[0, 0] == 999
    assert index.search(*query, 51).ids[0, 0] == 1019
    assert index.search(*query, 60).ids[0, 0] == 1199


@pytest.mark.parametrize("distance", DISTANCES)
def test_a_shortlist_leaves_the_measure_exact(distance):
    """Of 70 candidates float32 picks the 36 that are measured for 4 places."""
    items, queries = some_items(200, dim=17), some_items(9, seed=4, dim=17)
    expected = oracle.two_stage(
        *queries, *items, 4, lambda ranked: [j for _, j in ranked[:70]], distance
    )
    found = TwoStageIndex(*items, distance=distance).search(*queries, 4, 70)
    check(found, expected, 4)
    assert TwoStageIndex(*items).search(items[0][:0], items[1][:0], 4, 70).ids.size == 0


@pytest.mark.parametrize("settings", [{"candidates": 300}, {"threshold": 9}])
def test_many_copies_rank_by_lower_position(settings):
    """More copies than are measured again, behind one that lies farther off."""
    vectors = np.repeat(np.float32([[0.1, 9.3, 5.7], [0.1, 0.2, 5.7]]), [1, 299], axis=0)
    index = TwoStageIndex(np.zeros((300, 1), np.uint8), vectors)
    found = index.search(np.uint8([[0]]), [[0.3, 0.7, 5.1]], 3, **settings)
    assert found.ids.tolist() == [[1, 2, 3]]


@pytest.mark.parametrize("settings", [{"candidates": 40}, {"threshold": 5}])
def test_queries_in_blocks_find_what_each_finds_alone(settings, monkeypatch):
    monkeypatch.setattr("tfmetric.retrieval._two_stage._RANKED_AT_ONCE", 7 * 40)
    monkeypatch.setattr("tfmetric.retrieval._two_stage._QUERIES_AT_ONCE", 3)
    index, queries = TwoStageIndex(*some_items(120)), some_items(20, seed=5)
    together = index.search(*queries, 4, **settings)
    for row, (code, vector) in enumerate(zip(*queries, strict=True)):
        alone = index.search(code[None], vector[None], 4, **settings)
        np.testing.assert_array_equal(together.ids[row], alone.ids[0])
        np.testing.assert_array_equal(together.distances[row], alone.distances[0])


@pytest.mark.parametrize("settings", [{}, {"threshold": 9}])
def test_equal_vectors_rank_by_lower_position_whatever_their_codes(settings):
    codes, vectors = np.uint8([[7], [3], [0], [1]]), [[4.0], [2.0], [2.0], [2.0]]
    found = TwoStageIndex(codes, vectors).search(np.uint8([[0]]), [[1.0]], 4, **settings)
    assert found.ids.tolist() == [[1, 2, 3, 0]]


def test_places_beyond_the_candidates_stay_unfilled():
    index = TwoStageIndex(np.uint8([[0], [1]]), [[4.0], [2.0]], ids=[8, 9])
    found = index.search(np.uint8([[0]]), [[0.0]], 3)
    assert found.ids.tolist() == [[9, 8, -1]]
    assert found.distances.tolist() == [[4.0, 16.0, np.inf]]
    assert index.search(np.uint8([[255]]), [[0.0]], 1, threshold=7).ids.item() == -1
    for settings in ({}, {"threshold": 3}):
        nothing = index.search(np.zeros((0, 1), np.uint8), np.zeros((0, 1)), 3, **settings)
        assert nothing.ids.shape == nothing.distances.shape == (0, 3)


def test_adding_is_like_having_had_it_all():
    (codes, vectors), queries = some_items(60), some_items(5, seed=3)
    index = TwoStageIndex(codes[:20], vectors[:20], distance="cosine")
    index.add(codes[20:], vectors[20:])
    whole = TwoStageIndex(codes, vectors, distance="cosine").search(*queries, 8, 12)
    found = index.search(*queries, 8, 12)
    np.testing.assert_array_equal(found.ids, whole.ids)
    np.testing.assert_array_equal(found.distances, whole.distances)
    assert (len(index), index.dim, index.bits) == (60, 5, 16)


def test_the_index_keeps_its_own_copy():
    codes, vectors = np.uint8([[0], [0]]), np.float32([[0.0], [5.0]])
    index = TwoStageIndex(codes, vectors)
    vectors[:] = 9
    found = index.search(np.uint8([[0]]), [[1.0]], 1)
    assert found.to_list() == [[{"id": 0, "distance": 1.0}]]


CODE, VECTOR = np.uint8([[0]]), [[1.0, 2.0]]


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda i: TwoStageIndex(np.uint8([[0], [1]]), VECTOR), "2 codes and 1 vectors"),
        (lambda i: TwoStageIndex(np.ones((1, 8)), VECTOR), "packed_codes"),
        (lambda i: TwoStageIndex(CODE[:0], np.zeros((0, 2))), "at least one"),
        (lambda i: TwoStageIndex(CODE, VECTOR, distance="hamming"), "distance"),
        (lambda i: i.search(CODE, [[1.0]], 1), "as wide as the index, 2"),
        (lambda i: i.search(np.uint8([[0, 0]]), VECTOR, 1), "as wide as the index, 1"),
        (lambda i: i.search(np.uint8([[0], [0]]), VECTOR, 1), "2 codes and 1 vectors"),
        (lambda i: i.search(CODE, [[np.nan, 1.0]], 1), "row 0"),
        (lambda i: i.search(CODE, VECTOR, 0), "k to be"),
        (lambda i: i.search(CODE, VECTOR, 5, 4), "candidates .* at least 5"),
        (lambda i: i.search(CODE, VECTOR, 1, threshold=0), "threshold"),
        (lambda i: i.search(CODE, VECTOR, 1, 5, threshold=3), "not both"),
        (lambda i: i.add(CODE, [[1.0]]), "as wide as the index, 2"),
        (lambda i: i.add(CODE, VECTOR, ids=[0]), "0 twice"),
    ],
)
def test_bad_input_is_refused(call, match):
    index = TwoStageIndex(CODE, VECTOR)
    with pytest.raises(ValueError, match=match):
        call(index)
    assert len(index) == 1
    assert index.search(CODE, VECTOR, 2).ids.tolist() == [[0, -1]]
