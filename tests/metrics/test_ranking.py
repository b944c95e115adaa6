import numpy as np
import pytest
from oracles import metrics as oracle

from tfmetric.metrics import map_at_r, precision_at_1, rank_scores, recall_at_k

FOUR = [[0.0], [1.0], [2.1], [3.3]]


@pytest.fixture
def points():
    """Clustered points of uneven classes, two of them with a single member."""
    generator = np.random.default_rng(3)
    labels = np.repeat([40, 11, 7, 90, 2, 66], [14, 9, 5, 3, 1, 1])
    centres = generator.normal(size=(100, 7))
    noise = generator.normal(scale=1.3, size=(len(labels), 7))
    order = generator.permutation(len(labels))
    return (centres[labels] + noise).astype(np.float32)[order], labels[order]


@pytest.mark.parametrize("distance", ["euclidean", "cosine"])
def test_leave_one_out_equals_the_loops(points, distance):
    embeddings, labels = points
    scores = rank_scores(embeddings, labels, k=(1, 2, 4, 20), distance=distance)
    ranked = oracle.hits(embeddings, labels, kind=distance)
    for k in (1, 2, 4, 20):
        assert scores.recall_at[k] == pytest.approx(oracle.recall_at_k(ranked, k))
    assert scores.precision_at_1 == scores.recall_at[1]
    assert scores.map_at_r == pytest.approx(oracle.map_at_r(ranked))
    assert (scores.queries, scores.lone_queries) == (31, 2)


@pytest.mark.parametrize("distance", ["euclidean", "cosine"])
def test_query_against_gallery_equals_the_loops(points, distance):
    embeddings, labels = points
    split = {"gallery": embeddings[12:], "gallery_labels": labels[12:]}
    scores = rank_scores(embeddings[:12], labels[:12], k=3, distance=distance, **split)
    ranked = oracle.hits(embeddings[:12], labels[:12], *split.values(), kind=distance)
    assert scores.recall_at == {3: pytest.approx(oracle.recall_at_k(ranked, 3))}
    assert scores.map_at_r == pytest.approx(oracle.map_at_r(ranked))
    assert scores.precision_at_1 == pytest.approx(oracle.recall_at_k(ranked, 1))
    assert scores.lone_queries == sum(not any(row) for row in ranked)


def test_single_functions_are_the_fields(points):
    embeddings, labels = points
    scores = rank_scores(embeddings, labels, k=(1, 3), distance="cosine")
    assert recall_at_k(embeddings, labels, 3, distance="cosine") == scores.recall_at[3]
    assert precision_at_1(embeddings, labels, distance="cosine") == scores.recall_at[1]
    assert map_at_r(embeddings, labels, distance="cosine") == scores.map_at_r


def test_block_size_changes_nothing(points):
    embeddings, labels = points
    embeddings[20] = embeddings[3]
    whole = rank_scores(embeddings, labels)
    for block_size in (1, 2, 7, 33):
        assert rank_scores(embeddings, labels, block_size=block_size) == whole


def test_equal_distances_rank_by_lower_index():
    gallery = [[1.0], [-1.0], [1.0]]
    score = {"gallery": gallery, "gallery_labels": [5, 6, 6]}
    assert precision_at_1([[0.0]], [5], **score) == 1.0
    assert precision_at_1([[0.0]], [6], **score) == 0.0
    assert recall_at_k([[0.0]], [6], k=2, **score) == 1.0


@pytest.mark.parametrize("block_size", [1, 3, 64])
def test_copies_of_one_vector_rank_by_lower_index(block_size):
    """A matrix product gives them distances that differ in the last bits."""
    generator = np.random.default_rng(0)
    copies = np.repeat(generator.normal(size=(1, 128)), 203, axis=0)
    queries, settings = generator.normal(size=(64, 128)), {"block_size": block_size}
    for start in (0, 3):
        labels = np.arange(203 - start)
        settings |= {"gallery": copies[start:], "gallery_labels": labels}
        assert precision_at_1(queries, [0] * 64, **settings) == 1.0
        assert recall_at_k(queries, [7] * 64, 7, **settings) == 0.0
        assert recall_at_k(queries, [7] * 64, 8, **settings) == 1.0


def test_near_copies_far_from_the_origin_keep_their_order():
    gallery = np.float32([[4096.0], [4096.001], [4096.002], [4096.003]])
    gallery = np.repeat(gallery, 40, axis=1)
    hit = [
        precision_at_1(gallery[3:] + 1, [3], gallery=gallery, gallery_labels=labels)
        for labels in ([0, 1, 2, 3], [3, 1, 2, 0])
    ]
    assert hit == [1.0, 0.0]


def test_item_is_taken_out_by_index_where_a_copy_ties_with_it():
    embeddings = [[0.0, 1.0], [0.0, 1.0], [5.0, 5.0]]
    assert precision_at_1(embeddings, [1, 2, 2]) == 0.0
    assert precision_at_1(embeddings, [1, 1, 2]) == 1.0


def test_copy_of_the_query_in_the_gallery_counts():
    score = {"gallery": [[9.0], [2.0]], "gallery_labels": [1, 1]}
    assert precision_at_1([[2.0]], [1], **score) == 1.0
    assert map_at_r([[2.0]], [1], **score) == 1.0


def test_collapsed_embedding_ranks_by_index():
    labels = [1, 2, 2, 1, 2]
    ranked = oracle.hits(np.ones((5, 3)), labels)
    scores = rank_scores(np.ones((5, 3)), labels, k=2)
    assert scores.recall_at[2] == oracle.recall_at_k(ranked, 2)
    assert scores.map_at_r == pytest.approx(oracle.map_at_r(ranked))


@pytest.mark.parametrize("base", [2**24, 2**53, 2**63 - 3])
def test_neighbouring_large_labels_stay_apart(base):
    labels = np.array([base, base + 1, base + 1, base], np.int64)
    scores = rank_scores(FOUR, labels, k=(1, 3))
    assert (scores.recall_at, scores.map_at_r) == ({1: 0.25, 3: 1.0}, 0.25)


def test_list_of_labels_that_no_integer_type_holds_is_exact():
    scores = rank_scores(FOUR, [2**63 + 1, -1, 2**63, 2**63 + 1], k=(1, 3))
    assert (scores.recall_at, scores.lone_queries) == ({1: 0.0, 3: 1.0}, 2)


def test_signed_labels_meet_unsigned_labels_exactly():
    gallery_labels = np.array([2**63, 2**63 - 1], np.uint64)
    scores = rank_scores(
        [[0.0]], np.array([2**63 - 1]), gallery=FOUR[:2], gallery_labels=gallery_labels
    )
    assert scores.precision_at_1 == 0.0
    assert scores.recall_at[5] == 1.0


def test_labels_may_be_strings_or_a_column():
    letters = list("abba")
    for labels in (
        letters,
        np.array(letters),
        np.array(letters, object),
        np.array([letter.encode() for letter in letters], object),
        np.array([1, 2, 2, 1])[:, None],
    ):
        assert precision_at_1(FOUR, labels) == 0.25


def test_k_beyond_the_gallery_takes_all_of_it():
    assert recall_at_k(FOUR, [7, 8, 8, 7], k=99) == 1.0


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"distance": "manhattan"}, "distance to be one of"),
        ({"k": 0}, "k to be a whole number"),
        ({"k": 1.5}, "k to be a whole number"),
        ({"k": ()}, "k as a number or several"),
        ({"block_size": 0}, "block_size"),
        ({"labels": [1, 2, 3]}, "one label for each of 4"),
        ({"labels": [1.0, 2.0, 2.0, 1.0]}, "integers or strings. Received: 1.0"),
        ({"labels": np.array([2**63, -1, -1, 2**63])}, "integers or strings"),
        ({"labels": np.array(["a", 1, "a", 1], object)}, "integers or strings"),
        ({"labels": ["a", "a\0", "a", "a\0"]}, "integers or strings"),
        ({"labels": [b"a", b"a\0", b"a", b"a\0"]}, "integers or strings"),
        ({"labels": [1, 2, 3, 4]}, "at least one query"),
        ({"embeddings": [0.0, 1.0, 2.0, 3.0]}, "shape"),
        ({"embeddings": [[0.0], [np.nan], [2.0], [3.0]]}, "row 1"),
        ({"embeddings": np.zeros((0, 3)), "labels": []}, "at least one item"),
        ({"embeddings": np.zeros((4, 0))}, "embeddings with numbers"),
        ({"embeddings": [[0.0], [1.0], [2.0], [3.0]], "distance": "cosine"}, "row 0"),
        ({"gallery": FOUR}, "together"),
        ({"gallery": [[0.0, 1.0]], "gallery_labels": [1]}, "same width"),
        ({"gallery": FOUR, "gallery_labels": ["a"] * 4}, "both strings"),
    ],
)
def test_bad_input_is_refused(change, match):
    arguments = {"embeddings": FOUR, "labels": [7, 8, 8, 7], **change}
    with pytest.raises(ValueError, match=match):
        rank_scores(**arguments)


def test_recall_is_at_one_k():
    with pytest.raises(ValueError, match="k to be a whole number"):
        recall_at_k(FOUR, [7, 8, 8, 7], k=(1, 2))
