import sys
import types

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from tfmetric.evaluation import embedding_map

LABELS = np.repeat([4, 7, 9], [5, 6, 7])
POINTS = np.random.default_rng(0).normal(size=(18, 4)) * [9, 3, 1, 1]
POINTS += 40 * (LABELS[:, None] == 7)


def clouds(figure):
    """Class name to its scatter."""
    return {cloud.get_label(): cloud for cloud in figure.axes[0].collections}


def places(figure):
    """Class name to the points drawn."""
    return {name: cloud.get_offsets().data for name, cloud in clouds(figure).items()}


def test_every_point_is_drawn_with_its_class():
    figure = embedding_map(POINTS, LABELS, method="pca")
    sizes = {name: len(points) for name, points in places(figure).items()}
    assert sizes == {"4": 5, "7": 6, "9": 7}


def test_pca_keeps_the_two_widest_directions():
    # Points on a cross: 3 either way along the last axis, 1 along the first.
    points = np.array([[1.0, 5, 0], [-1, 5, 0], [0, 5, 3], [0, 5, -3]])
    drawn = places(embedding_map(points, [0, 0, 0, 0], method="pca"))["0"]
    np.testing.assert_allclose(np.abs(drawn), [[0, 1], [0, 1], [3, 0], [3, 0]], atol=1e-6)


def test_names_stand_at_the_medians():
    figure = embedding_map(
        POINTS, LABELS, method="pca", class_names={4: "ant", 7: "bee", 9: "cat"}
    )
    texts = {text.get_text(): text.get_position() for text in figure.axes[0].texts}
    assert set(texts) == {"ant", "bee", "cat"}
    np.testing.assert_allclose(texts["bee"], np.median(places(figure)["bee"], axis=0))
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(texts)


def test_twenty_classes_differ_in_colour_or_marker():
    labels = np.repeat(np.arange(20), 2)
    points = np.random.default_rng(1).normal(size=(40, 3))
    looks = {
        (tuple(cloud.get_facecolor()[0]), cloud.get_paths()[0].vertices.tobytes())
        for cloud in embedding_map(points, labels, method="pca").axes[0].collections
    }
    assert len(looks) == 20


def test_highlight():
    figure = embedding_map(POINTS, LABELS, method="pca", highlight=[9])
    drawn = clouds(figure)
    assert drawn["9"].get_sizes()[0] > 2 * drawn["4"].get_sizes()[0]
    assert drawn["9"].get_alpha() > drawn["7"].get_alpha()
    assert figure.legends[0].get_title().get_text() == "large: highlighted"


def test_names_are_not_written_over_each_other():
    # Two classes at one place, the second of them stressed, and a third elsewhere.
    points = np.repeat([[0.0, 0.0], [0.0, 0.001], [9.0, 9.0]], 3, axis=0)
    labels = np.repeat(["ant", "bee", "cat"], 3)
    figure = embedding_map(points, labels, method="pca", highlight=["bee"])
    shown = [text.get_text() for text in figure.axes[0].texts if text.get_visible()]
    assert shown == ["bee", "cat"]


def test_limit_draws_the_same_items_again():
    first, second = (
        places(embedding_map(POINTS, LABELS, method="pca", limit=10, seed=3))
        for _ in range(2)
    )
    assert sum(map(len, first.values())) == 10
    assert first.keys() == second.keys()
    for name, points in second.items():
        np.testing.assert_array_equal(points, first[name])


def test_tsne_keeps_far_classes_apart():
    with threadpool_limits(1):  # threads that wait for each other cost more than they do
        drawn = places(embedding_map(POINTS, LABELS))
    bees, ants = drawn["7"], drawn["4"]
    spread = np.linalg.norm(bees - bees.mean(axis=0), axis=1).max()
    assert np.linalg.norm(bees.mean(axis=0) - ants.mean(axis=0)) > spread


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_collapsed_embedding_is_one_spot(method):
    figure = embedding_map(np.full((6, 3), 0.1), [0, 0, 0, 1, 1, 1], method=method)
    for points in places(figure).values():
        np.testing.assert_array_equal(points, 0)


def test_umap_draws_what_the_package_says(monkeypatch):
    class UMAP:
        def __init__(self, **settings):
            assert settings["random_state"] == 5

        def fit_transform(self, points):
            return 2 * points[:, :2]

    monkeypatch.setitem(sys.modules, "umap", types.SimpleNamespace(UMAP=UMAP))
    drawn = places(embedding_map(POINTS, LABELS, method="umap", seed=5))
    halves = places(embedding_map(POINTS, LABELS, method="pca"))
    np.testing.assert_allclose(drawn["7"], 2 * halves["7"], rtol=1e-5)


def test_umap_needs_its_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(ImportError, match="pip install umap-learn"):
        embedding_map(POINTS, LABELS, method="umap")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"labels": LABELS[:5]}, "one label for each of 18"),
        ({"method": "mds"}, "'pca', 'tsne', 'umap'"),
        ({"embeddings": POINTS[:, :1]}, "two dimensions"),
        ({"embeddings": POINTS[:2], "labels": [1, 2]}, "at least three"),
        ({"embeddings": np.full((18, 2), np.nan)}, "finite"),
        ({"highlight": [5]}, "highlight"),
        ({"class_names": {4: "ant"}}, "no name for 7"),
        ({"limit": 2}, "limit"),
    ],
)
def test_bad_input(settings, message):
    with pytest.raises(ValueError, match=message):
        embedding_map(**({"embeddings": POINTS, "labels": LABELS} | settings))
