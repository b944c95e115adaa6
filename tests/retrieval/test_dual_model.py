import numpy as np
import pytest

from tfmetric.retrieval import DualModelRetriever, dual_model_retrieval

DATABASE = np.array([[0.9, 0.1], [0.2, 0.8], [0.8, 0.7], [0.1, 0.4]], np.float32)
QUERIES = np.array([[0.7, 0.2], [0.3, 0.9]], np.float32)


class Hasher:
    """One bit for each of two pixels: brighter than a half."""

    def __init__(self):
        self.seen = []

    def packed_codes(self, images):
        self.seen.append(len(images))
        return np.packbits(images > 0.5, axis=1)


class Embedder:
    def __init__(self):
        self.seen = []

    def embed(self, images):
        self.seen.append(len(images))
        return images * [1.0, 3.0]


class Predictor:
    def predict(self, images):
        return images * [1.0, 3.0]


class Joint(Hasher, Embedder):
    pass


def expected_matches(k, allowed):
    """Codes: database 10, 01, 11, 00; queries 10, 01. Ranked by embedding by hand."""
    rows = []
    for query, positions in zip(QUERIES, allowed, strict=True):
        difference = (DATABASE[positions] - query) * [1.0, 3.0]
        distances = np.sqrt((difference**2).sum(axis=1))
        ranked = sorted(zip(distances, positions, strict=True))[:k]
        rows.append(ranked + [(np.inf, -1)] * (k - len(ranked)))
    return rows


def check(matches, expected):
    np.testing.assert_array_equal(matches.ids, [[j for _, j in r] for r in expected])
    np.testing.assert_allclose(
        matches.distances, [[d for d, _ in r] for r in expected], rtol=1e-6
    )


@pytest.mark.parametrize(
    ("threshold", "allowed"),
    [
        (1, [[0], [1]]),
        (2, [[0, 2, 3], [1, 2, 3]]),
        (3, [[0, 1, 2, 3], [0, 1, 2, 3]]),
    ],
)
@pytest.mark.parametrize(
    "metric_model", [Embedder(), Predictor(), lambda images: images * [1.0, 3.0]]
)
def test_filters_below_the_threshold_and_ranks_by_metric(threshold, allowed, metric_model):
    matches = dual_model_retrieval(
        QUERIES, DATABASE, Hasher(), metric_model, k=3, threshold=threshold
    )
    check(matches, expected_matches(3, allowed))


def test_candidates_filter_by_count_and_the_default_takes_all():
    models = Hasher(), Embedder()
    two = dual_model_retrieval(QUERIES, DATABASE, *models, k=2, candidates=2)
    check(two, expected_matches(2, [[0, 2], [1, 2]]))
    best = dual_model_retrieval(QUERIES, DATABASE, *models)
    check(best, expected_matches(1, [[0, 1, 2, 3]] * 2))


def test_database_is_encoded_once_and_each_search_encodes_its_queries():
    hasher, embedder = Hasher(), Embedder()
    dual_model_retrieval(QUERIES, DATABASE, hasher, embedder, k=2)
    assert hasher.seen == embedder.seen == [4, 2]
    retriever = DualModelRetriever(hasher, embedder).index(DATABASE)
    for query in QUERIES:
        retriever.search(query[None])
    assert hasher.seen == embedder.seen == [4, 2, 4, 1, 1]


def test_one_joint_model_serves_as_both():
    model = Joint()
    matches = dual_model_retrieval(QUERIES, DATABASE, model, model, k=1, threshold=1)
    check(matches, expected_matches(1, [[0], [1]]))


def test_a_threshold_that_lets_nothing_through_leaves_the_place_unfilled():
    matches = dual_model_retrieval(QUERIES, DATABASE[2:], Hasher(), Embedder(), threshold=1)
    assert matches.ids.tolist() == [[-1], [-1]]
    assert matches.distances.tolist() == [[np.inf], [np.inf]]


def test_ids_and_distance_are_settings_of_the_retriever():
    retriever = DualModelRetriever(Hasher(), Embedder(), distance="cosine")
    matches = retriever.index(DATABASE, ids=[40, 41, 42, 43]).search([[4, 0]] * QUERIES)
    assert matches.ids.tolist() == [[40], [40]]
    assert retriever.index(DATABASE[1:]).search(DATABASE[2:3]).ids.tolist() == [[1]]


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: DualModelRetriever(Embedder(), Embedder()), "packed_codes"),
        (lambda: DualModelRetriever(Hasher(), Embedder(), distance="dot"), "distance"),
        (lambda: DualModelRetriever(Hasher(), Embedder()).search(QUERIES), "call index"),
        (
            lambda: dual_model_retrieval(
                QUERIES, DATABASE, Hasher(), Embedder(), threshold=2, candidates=3
            ),
            "not both",
        ),
    ],
)
def test_bad_input_is_refused(call, match):
    with pytest.raises(ValueError, match=match):
        call()
