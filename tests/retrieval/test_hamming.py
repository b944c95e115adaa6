import numpy as np
import pytest
from oracles import retrieval as oracle

from tfmetric.retrieval import HammingIndex


def some_codes(count, bits=20, seed=0):
    return np.packbits(np.random.default_rng(seed).random((count, bits)) < 0.4, axis=1)


@pytest.mark.parametrize("bits", [7, 20, 64, 100, 170, 264])
@pytest.mark.parametrize("k", [1, 13, 80])
def test_search_equals_the_loops_ties_by_lower_position(bits, k):
    codes, ids = some_codes(80, bits), np.arange(80)[::-1] * 2 + 2**40
    queries = some_codes(30, bits, seed=1)
    matches = HammingIndex(codes, ids=ids).search(queries, k)
    expected = oracle.nearest(queries, codes, ids, k, oracle.hamming)
    found = np.stack([matches.distances, matches.ids], axis=-1)
    np.testing.assert_array_equal(found, expected)
    assert (matches.ids.dtype, matches.distances.dtype) == (np.int64, np.int32)


@pytest.mark.parametrize("k", [100, 1500])
def test_ties_go_to_lower_positions_in_a_long_scan(k):
    """FAISS scans in threads and blocks; 20,000 codes of 4 bits tie all the time."""
    codes, queries = some_codes(20_000, bits=4), some_codes(40, bits=4, seed=1)
    distances = np.bitwise_count(queries[:, None, 0] ^ codes[None, :, 0])
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    index = HammingIndex(codes)
    np.testing.assert_array_equal(index.search(queries, k).ids, order)
    np.testing.assert_array_equal(index.search(queries[:1], k).ids, order[:1])


@pytest.mark.parametrize("radius", [0, 2, 7, 10**12])
def test_within_holds_all_codes_up_to_the_radius(radius):
    codes, ids = some_codes(70), np.arange(70) + 5
    queries = np.concatenate([some_codes(9, seed=1), codes[:2], 255 - codes[:1]])
    found = HammingIndex(codes, ids=ids).within(queries, radius)
    ranked = oracle.nearest(queries, codes, ids, 70, oracle.hamming)
    assert len(found) == 12
    for (got_ids, got_distances), row in zip(found, ranked, strict=True):
        expected = [(d, item) for d, item in row if d <= radius]
        assert list(zip(got_distances, got_ids, strict=True)) == expected
    assert HammingIndex(codes).within(queries[:0], 1) == []


@pytest.mark.parametrize("bits", [7, 20, 64])
@pytest.mark.parametrize(("k", "candidates"), [(3, 3), (5, 30), (9, None), (80, 10**6)])
def test_asymmetric_search_ranks_the_nearest_codes(bits, k, candidates):
    """Values in quarters, so that sums are exact and tie."""
    codes, ids = some_codes(80, bits), np.arange(80) * 3
    values = np.random.default_rng(3).integers(-6, 7, (12, bits)) / 4
    found = HammingIndex(codes, ids=ids).search_asymmetric(values, k, candidates)
    queries = np.packbits(values > 0, axis=1)
    for row, (value, query) in enumerate(zip(values, queries, strict=True)):
        ranked = oracle.nearest([query], codes, range(80), candidates or 80, oracle.hamming)
        measured = sorted((oracle.asymmetric(value, codes[j]), j) for _, j in ranked[0])
        assert found.ids[row].tolist() == [ids[j] for _, j in measured[:k]]
        assert found.distances[row].tolist() == [d for d, _ in measured[:k]]
    assert found.distances.dtype == np.float32


def test_asymmetric_places_beyond_the_index_stay_unfilled():
    index = HammingIndex(np.uint8([[0], [128]]))
    found = index.search_asymmetric(np.full((2, 8), 0.5), 3)
    assert found.ids.tolist() == [[1, 0, -1]] * 2
    assert found.distances.tolist() == [[3.5, 4.0, np.inf]] * 2
    assert index.search_asymmetric(np.zeros((0, 8)), 3).ids.shape == (0, 3)


def test_places_beyond_the_index_stay_unfilled():
    matches = HammingIndex(np.uint8([[0], [3]])).search(np.uint8([[1], [2]]), 3)
    assert matches.ids.tolist() == [[0, 1, -1]] * 2
    assert matches.distances.tolist() == [[1, 1, 2**31 - 1]] * 2
    assert [len(row) for row in matches.to_list()] == [2, 2]


def test_adding_is_like_having_had_it_all():
    codes, queries = some_codes(40), some_codes(5, seed=2)
    index = HammingIndex(codes[:10])
    index.add(codes[10:])
    whole = HammingIndex(codes).search(queries, 40)
    np.testing.assert_array_equal(index.search(queries, 40).ids, whole.ids)
    np.testing.assert_array_equal(index.codes, codes)
    assert (len(index), index.bits) == (40, 24)


@pytest.mark.parametrize("bits", [7, 48, 64, 96, 136, 264])
def test_codes_and_their_width_come_back(bits):
    """Also where FAISS holds them wider."""
    codes = some_codes(9, bits)
    index = HammingIndex(codes)
    index.add(codes)
    np.testing.assert_array_equal(index.codes, np.concatenate([codes, codes]))
    assert index.codes.flags.c_contiguous
    assert index.bits == 8 * codes.shape[1]
    everything = index.within(codes[:1], 10**6)[0][0]
    assert sorted(everything) == list(range(18))
    with pytest.raises(ValueError, match="as wide as the index"):
        index.search(np.zeros((1, codes.shape[1] + 1), np.uint8), 1)


def test_the_index_keeps_its_own_copy():
    codes = np.uint8([[0], [255]])
    index = HammingIndex(codes)
    codes[:] = 15
    index.codes[:] = 15
    assert index.search(np.uint8([[1]]), 1).to_list() == [[{"id": 0, "distance": 1}]]


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda i: HammingIndex(np.ones((2, 8), np.float32)), "packed_codes"),
        (lambda i: HammingIndex(np.ones((2, 8), np.int8)), "packed_codes"),
        (lambda i: HammingIndex(np.ones(8, np.uint8)), "packed_codes"),
        (lambda i: HammingIndex(np.ones((0, 8), np.uint8)), "at least one"),
        (lambda i: HammingIndex(np.uint8([[1], [2]]), ids=[3, 3]), "3 twice"),
        (lambda i: i.search(np.uint8([[1, 2]]), 1), "as wide as the index, 1"),
        (lambda i: i.search(np.uint8([[1]]), 0), "k to be"),
        (lambda i: i.search(np.int64([[1]]), 1), "packed_codes"),
        (lambda i: i.search_asymmetric(np.ones((1, 9)), 1), "as wide as the index, 1"),
        (lambda i: i.search_asymmetric([[np.nan] * 8], 1), "row 0"),
        (lambda i: i.search_asymmetric(np.ones((1, 8)), 0), "k to be"),
        (lambda i: i.search_asymmetric(np.ones((1, 8)), 3, 2), "candidates"),
        (lambda i: i.within(np.uint8([[1]]), -1), "radius"),
        (lambda i: i.within(np.uint8([[1]]), 1.5), "radius"),
        (lambda i: i.add(np.uint8([[1]]), [0]), "0 twice"),
        (lambda i: i.add(np.uint8([[1, 1]])), "as wide as the index, 1"),
    ],
)
def test_bad_input_is_refused(call, match):
    index = HammingIndex(np.uint8([[0]]))
    with pytest.raises(ValueError, match=match):
        call(index)
    assert len(index) == 1
