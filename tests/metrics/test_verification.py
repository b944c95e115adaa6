import numpy as np
import pytest
from oracles import metrics as oracle

from tfmetric.metrics import pair_roc_auc, roc_auc


@pytest.fixture
def points():
    generator = np.random.default_rng(8)
    labels = np.repeat([2**62, 2**62 + 1, 5, 9], [40, 25, 10, 1])
    centres = {label: generator.normal(size=5) for label in np.unique(labels)}
    embeddings = np.array([centres[label] for label in labels])
    return embeddings + generator.normal(size=embeddings.shape), labels


@pytest.mark.parametrize("distance", ["euclidean", "cosine"])
def test_all_pairs_equal_the_loops(points, distance):
    embeddings, labels = points[0][::3].astype(np.float32), points[1][::3]
    expected = oracle.roc_auc(embeddings, labels, distance)
    assert roc_auc(embeddings, labels, distance=distance) == pytest.approx(expected)


def test_a_draw_estimates_the_area_over_all_pairs(points):
    exact = roc_auc(*points)
    draws = [roc_auc(*points, pairs=2000, seed=seed) for seed in range(5)]
    assert len(set(draws)) == 5
    assert np.mean(draws) == pytest.approx(exact, abs=0.01)
    assert roc_auc(*points, pairs=2000, seed=3) == draws[3]


def test_a_draw_has_as_many_pairs_of_each_kind_and_never_an_item_twice(monkeypatch):
    seen = {}

    def spy(distances, same):
        seen.update(distances=distances, same=same)
        return 0.0

    monkeypatch.setattr("tfmetric.metrics._verification.pair_roc_auc", spy)
    points, labels = 2 ** np.arange(20), np.arange(20) % 7  # no two gaps are equal
    roc_auc(points[:, None], labels, pairs=100)
    kinds = {
        points[i] - points[j]: labels[i] == labels[j] for i in range(20) for j in range(i)
    }
    assert len(kinds) == 20 * 19 // 2
    assert seen["same"].sum() == 50 and len(seen["same"]) == 100
    assert [kinds[distance] for distance in seen["distances"]] == list(seen["same"])


def test_many_pairs_are_measured_in_pieces(points, monkeypatch):
    whole = roc_auc(*points)
    monkeypatch.setattr("tfmetric.metrics._points._CHUNK", 100)
    assert roc_auc(*points) == whole


def test_explicit_pairs_equal_the_loops_with_ties():
    distances = [0.25, 0.5, 0.5, 0.5, 0.75, 1.0, 0.0]
    same = [1, 1, 0, 1, 0, 0, 0]
    expected = oracle.pair_roc_auc(distances, same)
    assert pair_roc_auc(distances, same) == pytest.approx(expected)
    assert pair_roc_auc(distances, np.bool_(same)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("embeddings", "labels", "settings", "match"),
    [
        ([[0.0], [1.0]], [1, 2], {}, "two classes"),
        ([[0.0], [1.0]], [1, 1], {}, "two classes"),
        (np.zeros((0, 2)), [], {}, "at least one item"),
        ([[0.0], [1.0], [2.0]], [1, 1, 2], {"pairs": 1}, "pairs"),
        ([[0.0], [1.0], [2.0]], [1, 1, 2], {"distance": "dot"}, "distance"),
    ],
)
def test_bad_collection_is_refused(embeddings, labels, settings, match):
    with pytest.raises(ValueError, match=match):
        roc_auc(embeddings, labels, **settings)


@pytest.mark.parametrize(
    ("distances", "same", "match"),
    [
        ([0.1, 0.2], [1], "one shape"),
        ([[0.1, 0.2]], [[1, 0]], "one shape"),
        ([0.1, np.nan], [1, 0], "finite"),
        (["a", "b"], [1, 0], "finite"),
        ([0.1, 0.2], [1, 1], "both at least once"),
        ([0.1, 0.2], [1, 2], "0 and 1"),
    ],
)
def test_bad_pairs_are_refused(distances, same, match):
    with pytest.raises(ValueError, match=match):
        pair_roc_auc(distances, same)
