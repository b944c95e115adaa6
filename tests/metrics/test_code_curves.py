"""Precision and recall within a radius and down to a rank, against loops."""

import numpy as np
import pytest
from oracles import metrics as oracle

from tfmetric.metrics import (
    precision_recall_by_radius,
    precision_recall_by_rank,
    precision_within_radius,
)

GENERATOR = np.random.default_rng(4)
GALLERY = np.packbits(GENERATOR.random((8, 3)) < 0.4, axis=1)
QUERIES = np.packbits(GENERATOR.random((6, 3)) < 0.4, axis=1)
GALLERY_LABELS, LABELS = [1, 2, 1, 1, 3, 2, 1, 3], [1, 2, 3, 1, 9, 1]
SEARCH = {"gallery_codes": GALLERY, "gallery_labels": GALLERY_LABELS}


@pytest.mark.parametrize("radius", [0, 1, 2, 4, 99])
def test_lookup_equals_the_loops(radius):
    found = precision_within_radius(QUERIES, LABELS, radius, **SEARCH)
    precision, _, empty = oracle.within_radius(QUERIES, LABELS, radius, **SEARCH)
    assert found.precision == pytest.approx(precision)
    assert found.empty_share == pytest.approx(empty)
    assert found.radius == radius


def test_some_balls_are_empty_and_count():
    found = precision_within_radius(QUERIES, LABELS, 0, **SEARCH)
    assert 0 < found.empty_share < 1
    assert 0 < found.precision <= 1 - found.empty_share


def test_the_ball_of_an_item_does_not_hold_the_item():
    codes = np.uint8([[0], [1], [255]])
    found = precision_within_radius(codes, [1, 1, 1], radius=1)
    assert (found.precision, found.empty_share) == pytest.approx((2 / 3, 1 / 3))


def test_curve_by_radius_equals_the_loops():
    curve = precision_recall_by_radius(QUERIES, LABELS, **SEARCH)
    assert curve.cut.tolist() == list(range(9))
    for radius, precision, recall in zip(*vars(curve).values(), strict=True):
        expected = oracle.within_radius(QUERIES, LABELS, radius, **SEARCH)[:2]
        assert (precision, recall) == pytest.approx(expected)


def test_curve_by_rank_is_the_mean_over_all_orders_of_ties():
    curve = precision_recall_by_rank(QUERIES, LABELS, **SEARCH)
    assert curve.cut.tolist() == list(range(1, 9))
    rankings = list(oracle.tied_rankings(QUERIES, LABELS, **SEARCH))
    for rank, precision, recall in zip(*vars(curve).values(), strict=True):
        expected = oracle.precision_recall_at(rankings, rank)
        assert (precision, recall) == pytest.approx(expected)


def test_ranks_of_choice():
    full = precision_recall_by_rank(QUERIES, LABELS, **SEARCH)
    curve = precision_recall_by_rank(QUERIES, LABELS, [6, 2], **SEARCH)
    assert curve.cut.tolist() == [2, 6]
    np.testing.assert_array_equal(curve.recall, full.recall[[1, 5]])


def test_many_items_have_a_curve_of_few_ranks():
    codes, labels = np.zeros((5000, 1), np.uint8), np.arange(5000) % 2
    curve = precision_recall_by_rank(
        codes[:1], [1], gallery_codes=codes, gallery_labels=labels
    )
    assert len(curve.cut) <= 200 and curve.cut[0] == 1 and curve.cut[-1] == 5000
    np.testing.assert_allclose(curve.precision, 0.5)
    np.testing.assert_allclose(curve.recall, curve.cut / 5000)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: precision_within_radius(QUERIES, LABELS, -1), "radius"),
        (lambda: precision_within_radius(QUERIES, LABELS[:5]), "one label for each of 6"),
        (lambda: precision_recall_by_radius(QUERIES / 2, LABELS), "packed_codes"),
        (lambda: precision_recall_by_rank(QUERIES, LABELS, [0]), "ranks to be a whole"),
        (lambda: precision_recall_by_rank(QUERIES, LABELS, [6]), "ranks of 1 to 5"),
        (lambda: precision_recall_by_rank(QUERIES, LABELS, []), "ranks of 1 to 5"),
    ],
)
def test_bad_input_is_refused(call, match):
    with pytest.raises(ValueError, match=match):
        call()
