import json

import numpy as np
import pytest

from tfmetric.retrieval import Matches, recall_kept


def ids_only(rows):
    return Matches(np.array(rows), np.zeros(np.shape(rows), np.float32))


def test_list_leaves_unfilled_places_out():
    matches = Matches(np.array([[5, -1], [-1, -1]]), np.float32([[0.5, np.inf]] * 2))
    assert matches.to_list() == [[{"id": 5, "distance": 0.5}], []]
    assert json.loads(json.dumps(matches.to_list(), allow_nan=False))
    assert len(matches) == 2


def test_repr_is_short_and_says_what_it_leaves_out():
    matches = Matches(np.arange(56).reshape(7, 8), np.ones((7, 8), np.int32))
    assert repr(matches).splitlines() == [
        "Matches(queries=7, k=8)",
        "  0: 0 (1), 1 (1), 2 (1), 3 (1), 4 (1), ...",
        "  1: 8 (1), 9 (1), 10 (1), 11 (1), 12 (1), ...",
        "  2: 16 (1), 17 (1), 18 (1), 19 (1), 20 (1), ...",
        "  3: 24 (1), 25 (1), 26 (1), 27 (1), 28 (1), ...",
        "  4: 32 (1), 33 (1), 34 (1), 35 (1), 36 (1), ...",
        "  ...",
    ]
    assert repr(ids_only([[-1, -1]])).endswith("0: nothing")


def test_recall_kept_is_the_mean_share_of_exact_neighbours():
    exact = ids_only([[1, 2, 3], [4, 5, -1], [-1, -1, -1]])
    approximate = ids_only([[3, 9], [5, 4], [7, -1]])
    assert recall_kept(exact, approximate) == pytest.approx((1 / 3 + 1) / 2)
    assert recall_kept(approximate, exact) == pytest.approx((1 / 2 + 1 + 0) / 3)


@pytest.mark.parametrize(
    ("exact", "match"),
    [([[1], [2]], "same queries"), ([[-1]], "at least one exact match")],
)
def test_recall_kept_refuses_what_it_cannot_compare(exact, match):
    with pytest.raises(ValueError, match=match):
        recall_kept(ids_only(exact), ids_only([[1]]))
