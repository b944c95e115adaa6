"""Items of several classes are relevant to each other if they share one."""

import numpy as np
import pytest
from oracles import metrics as oracle

from tfmetric import metrics
from tfmetric.evaluation import evaluate_codes

GENERATOR = np.random.default_rng(5)


class Tags(frozenset):
    """The classes of an item; to the loops, equal means that one is shared."""

    def __eq__(self, other):
        return bool(self & other)

    __hash__ = frozenset.__hash__


def tags(labels):
    return [Tags(np.flatnonzero(row)) for row in labels]


def multi_hot(items, classes):
    labels = GENERATOR.random((items, classes)) < 1.5 / classes
    labels[0] = 0  # of no class: relevant to nothing
    return labels.astype(int)


@pytest.mark.parametrize("classes", [2, 5, 64, 130])
def test_code_map_of_shared_classes(classes):
    queries, gallery = (
        np.packbits(GENERATOR.random((rows, 3)) < 0.4, axis=1) for rows in (6, 7)
    )
    labels, gallery_labels = multi_hot(6, classes), multi_hot(7, classes)
    labels[1], gallery_labels[1] = 0, 0
    labels[1, -1] = gallery_labels[1, -1] = 1  # a pair by the last class alone
    rankings = oracle.tied_rankings(queries, tags(labels), gallery, tags(gallery_labels))
    mean, best, worst = oracle.code_map(list(rankings), at=4)
    search = {"gallery_codes": gallery, "gallery_labels": gallery_labels, "at": 4}
    assert metrics.code_map(queries, labels, **search) == pytest.approx(mean)
    bounds = metrics.code_map_bounds(queries, labels, **search)
    assert bounds == pytest.approx((best, worst))


def test_leave_one_out_of_shared_classes():
    codes = np.packbits(GENERATOR.random((7, 2)) < 0.5, axis=1)
    labels = multi_hot(7, 4)
    labels[[2, 3], 1] = 1
    mean, _, _ = oracle.code_map(list(oracle.tied_rankings(codes, tags(labels))))
    assert metrics.code_map(codes, labels) == pytest.approx(mean)


def test_rank_scores_of_shared_classes():
    embeddings = GENERATOR.normal(size=(12, 3))
    labels = multi_hot(12, 4)
    labels[[2, 3], 1] = 1
    ranked = oracle.hits(embeddings, tags(labels))
    scores = metrics.rank_scores(embeddings, labels, k=(1, 3), block_size=5)
    lone = sum(not any(row) for row in ranked)
    kept = [row for row in ranked if any(row)]
    assert scores.lone_queries == lone >= 1
    assert scores.recall_at == pytest.approx(
        {k: oracle.recall_at_k(kept, k) for k in (1, 3)}
    )
    assert scores.map_at_r == pytest.approx(oracle.map_at_r(kept))


def test_one_class_each_is_as_ids():
    codes = np.packbits(GENERATOR.random((30, 6)) < 0.5, axis=1)
    ids = GENERATOR.integers(0, 4, 30)
    one_hot = np.eye(4)[ids]
    assert metrics.code_map(codes, one_hot) == metrics.code_map(codes, ids)
    split = (codes[:9], one_hot[:9], codes[9:], one_hot[9:], 6)
    assert evaluate_codes(*split) == evaluate_codes(
        codes[:9], ids[:9], codes[9:], ids[9:], 6
    )


CODES = np.zeros((3, 1), np.uint8)


@pytest.mark.parametrize(
    ("labels", "search", "match"),
    [
        ([[0, 1], [1, 2], [0, 0]], {}, "labels as one label, or a row of 0s and 1s"),
        ([[0, 1], [1, 1]], {}, "for each of 3 items"),
        ([[0.5, 1], [0, 1], [1, 1]], {}, "a row of 0s and 1s"),
        (np.eye(3), {"gallery_labels": np.eye(3)[:, :2]}, "as many columns"),
        (np.eye(3), {"gallery_labels": [1, 2, 3]}, "as many columns"),
        (np.eye(3), {}, "at least one query"),
        (np.zeros((3, 2, 2)), {}, "one label for each of 3"),
    ],
)
def test_bad_labels_are_refused(labels, search, match):
    gallery = {"gallery_codes": CODES} if search else {}
    with pytest.raises(ValueError, match=match):
        metrics.code_map(CODES, labels, **gallery, **search)
