"""However the places of relevant items are found, they are those of the float64 ranking."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tfmetric.metrics import _filter, _near
from tfmetric.metrics._inputs import as_collection
from tfmetric.metrics._points import first_copies
from tfmetric.metrics._ranks import _Search, map_places, places_in

QUERIES, ITEMS, DIM = 30, 1500, 12


def gaussian(generator):
    return generator.normal(size=(QUERIES + ITEMS, DIM))


def clusters(generator):
    centres = 9 * generator.normal(size=(40, DIM))
    return centres[np.arange(QUERIES + ITEMS) % 40] + gaussian(generator)


def grid(generator):
    """Distances of few values, so that most tie without being of copies."""
    return generator.integers(0, 3, size=(QUERIES + ITEMS, DIM))


def near_copies(generator):
    """Far from the origin, and closer to each other than float32 products can tell."""
    moved = 1e-4 * generator.integers(0, 4, size=(QUERIES + ITEMS, DIM))
    return 300 + moved + (np.arange(QUERIES + ITEMS) < QUERIES)[:, None]


def copies(generator):
    return generator.normal(size=(20, DIM))[np.arange(QUERIES + ITEMS) % 20]


def huge(generator):
    return 1e30 * gaussian(generator)


def tiny(generator):
    return 1e-30 * gaussian(generator)


def outlier(generator):
    points = gaussian(generator)
    points[-1] *= 1e9
    return points


DATA = [gaussian, clusters, grid, near_copies, copies, huge, tiny, outlier]


def split(make, classes):
    points = make(np.random.default_rng(1)).astype(np.float32).astype(np.float64)
    labels = np.random.default_rng(2).integers(0, classes, len(points))
    if make is clusters:
        labels = np.arange(len(points)) % 40
    return points[:QUERIES], labels[:QUERIES], points[QUERIES:], labels[QUERIES:]


def expected(queries, labels, gallery, gallery_labels):
    places = []
    for query, label in zip(queries, labels, strict=True):
        squared = ((gallery - query) ** 2).sum(axis=1)
        order = np.argsort(squared, kind="stable")
        places.append(np.flatnonzero(gallery_labels[order] == label) + 1)
    return np.concatenate(places)


def found(collection, block_size=None):
    return np.concatenate(map_places(collection, lambda rows, places: places, block_size))


@pytest.mark.parametrize("classes", [150, 40, 10])  # 10, 37 and 150 relevant items
@pytest.mark.parametrize("make", DATA)
def test_places_are_those_of_the_float64_ranking(make, classes):
    arrays = split(make, classes)
    np.testing.assert_array_equal(found(as_collection(*arrays)), expected(*arrays))


@pytest.mark.parametrize("make", DATA)
def test_places_are_those_where_all_is_sorted(make, monkeypatch):
    monkeypatch.setattr(_filter.Filter, "serves", lambda collection: False)
    arrays = split(make, 150)
    np.testing.assert_array_equal(found(as_collection(*arrays)), expected(*arrays))


@pytest.mark.parametrize("way", ["look ahead", "block by block", "sorted"])
@pytest.mark.parametrize("make", DATA)
def test_a_query_is_left_out_of_its_own_ranking(make, way, monkeypatch):
    monkeypatch.setattr(_near, "_TILE", 64)
    if way == "block by block":
        monkeypatch.setattr(_filter.Filter, "look_ahead", lambda self, pool: None)
    if way == "sorted":
        monkeypatch.setattr(_filter.Filter, "serves", lambda collection: False)
    _, _, points, labels = split(make, 150)
    points, labels = points[:400], labels[:400]
    kept = [i for i in range(400) if np.sum(labels == labels[i]) > 1]
    others = [np.delete(np.arange(400), i) for i in kept]
    wanted = [
        expected(points[[i]], labels[[i]], points[rest], labels[rest])
        for i, rest in zip(kept, others, strict=True)
    ]
    places = found(as_collection(points, labels, None, None), block_size=37)
    np.testing.assert_array_equal(places, np.concatenate(wanted))


@pytest.mark.parametrize(
    ("make", "passes", "sorted_rows"),
    [(clusters, 0, 0), (gaussian, 32, 0), (gaussian, 0, QUERIES), (copies, 32, QUERIES)],
)
def test_only_what_float32_leaves_open_is_sorted(make, passes, sorted_rows, monkeypatch):
    """Clusters are measured, spread classes counted; copies are too many to measure."""
    monkeypatch.setattr(_filter, "_PASSES", passes)
    seen = []
    distances = _Search._distances

    def spy(self, rows, numbers):
        seen.extend(numbers)
        return distances(self, rows, numbers)

    monkeypatch.setattr(_Search, "_distances", spy)
    found(as_collection(*split(make, 150)))
    assert len(seen) == sorted_rows


@pytest.mark.parametrize("tile", [1, 7, 50])
@pytest.mark.parametrize("spread", [0, 1, 30])
def test_near_pairs_are_those_within_reach(tile, spread, monkeypatch):
    """Norms that differ little are told by the least, those that differ much one by one."""
    monkeypatch.setattr(_near, "_TILE", tile)
    generator = np.random.default_rng(4)
    points = generator.integers(-3, 4, size=(50, 3)).astype(np.float32)
    points[::5] *= spread
    limits = generator.integers(-4, 30, 50).astype(np.float32)
    norms = (points**2).sum(axis=1)
    squared = ((points[:, None] - points) ** 2).sum(axis=2)
    wanted = np.argwhere(squared <= limits[:, None])
    with ThreadPoolExecutor(2) as pool:
        first, other = _near.near_pairs(points, norms, limits, 2500, pool)
        assert (np.diff(first) >= 0).all()
        assert sorted(zip(first, other, strict=True)) == sorted(map(tuple, wanted))
        assert _near.near_pairs(points, norms, limits, len(wanted) - 1, pool) is None


def test_a_useless_filter_is_given_up(monkeypatch):
    asked = []
    places = _filter.Filter.places

    def spy(self, rows, *given):
        asked.append(rows)
        return places(self, rows, *given)

    monkeypatch.setattr(_filter.Filter, "places", spy)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    arrays = split(copies, 150)
    np.testing.assert_array_equal(found(as_collection(*arrays), 10), expected(*arrays))
    assert asked == [slice(0, 10)]


def test_all_that_is_close_is_measured_in_one_go():
    """Pairs: one of each kind at 0 and 2, both relevant at 1, none at 3."""
    row = np.repeat(np.arange(4.0), 2) + np.array([0, 1e-9] * 4)
    asked = []

    def measure(items):
        asked.append(items.tolist())
        return np.where(items % 2, 0.0, 1.0)  # the odd ones are nearer

    places = places_in(row, np.array([0, 2, 3, 5]), 1e-6, measure)
    assert len(asked) == 1 and not {6, 7} & set(asked[0])
    assert places.tolist() == [2, 3, 4, 5]


def test_points_far_from_zero_leave_little_to_measure(monkeypatch):
    measured = []

    def spy(self, query):
        def measure(items):
            measured.extend(items)
            squared = self.collection.gallery[items] - query
            return (squared**2).sum(axis=1)

        return measure

    monkeypatch.setattr(_Search, "_measure", spy)
    arrays = split(lambda generator: 1e5 + gaussian(generator), 10)
    np.testing.assert_array_equal(found(as_collection(*arrays)), expected(*arrays))
    assert len(measured) < QUERIES * ITEMS / 50


def test_copies_point_to_the_first_of_them():
    points = np.arange(3.0)[[0, 1, 0, 2, 1, 0]][:, None]
    assert first_copies(points).tolist() == [0, 1, 0, 3, 1, 0]
    assert first_copies(points[[0, 1, 3]]) is None


def test_blocks_shrink_as_the_gallery_grows(monkeypatch):
    monkeypatch.setattr("tfmetric.metrics._ranks._WORKING_MEMORY", 2**20)
    sizes = {}
    for items in (200, 20_000):
        collection = as_collection(
            np.zeros((500, 1)),
            [1] * 500,
            np.arange(items)[:, None],
            [1] + [2] * (items - 1),
        )
        blocks = map_places(collection, lambda rows, places: len(places))
        sizes[items] = max(blocks)
    workers = os.cpu_count()
    assert sizes[200] == min(500, 2**20 // (workers * (16 * 200 + 96)))
    assert sizes[20_000] == max(1, 2**20 // (workers * (16 * 20_000 + 96)))
