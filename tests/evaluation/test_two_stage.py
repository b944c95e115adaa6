import numpy as np
import pytest

from tfmetric.evaluation import TwoStageComparison, compare_two_stage

# Places on a line, and codes that put the item at 1 far from the rest.
VECTORS = np.array([[0.0], [1.0], [3.0], [3.5]])
CODES = np.uint8([[0b000], [0b111], [0b000], [0b001]])


def test_queries_by_hand():
    # The two nearest of 0.4 are 0 and 1. Of three codes, those of 0, 3 and 3.5 are
    # nearest to 000: 0 and 3 are found, one of two.
    compared = compare_two_stage(
        VECTORS, CODES, queries=[[0.4]], query_codes=CODES[:1], k=2, candidates=3
    )
    assert compared.recall_kept == 0.5
    assert (compared.candidates, compared.queries, compared.k) == (3, 1, 2)
    assert (compared.vector_bytes, compared.code_bytes) == (4, 1)
    assert compared.seconds_exact > 0 and compared.seconds_two_stage > 0


def test_items_among_the_others_do_not_find_themselves():
    # Nearest of each: 1, 0, 3.5, 3. Beside itself each ranks one other, by code: 0 the 3,
    # 1 the 3.5, 3 the 0, and 3.5 the 0, which comes before the 3. All miss.
    assert compare_two_stage(VECTORS, CODES, k=1, candidates=1).recall_kept == 0
    # Two others: 0 ranks 3 and 3.5 and misses again; 1 ranks 3.5 and 0, 3 ranks 0 and
    # 3.5, 3.5 ranks 0 and 3, and these find.
    assert compare_two_stage(VECTORS, CODES, k=1, candidates=2).recall_kept == 0.75


def test_all_candidates_lose_nothing():
    compared = compare_two_stage(VECTORS, CODES, k=3)
    assert compared.recall_kept == 1
    assert compared.candidates == 3


def test_text_and_ratio():
    compared = TwoStageComparison(0.985, 0.5, 0.25, 200, 512, 8, 100, 10)
    assert compared.speed_ratio == 2
    assert str(compared) == (
        "two-stage search keeps 98.5% of the 10 nearest at 2.00 times the speed "
        "(200 candidates, 8 bytes scanned per item instead of 512)"
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"queries": [[1.0]]}, "together or neither"),
        ({"k": 0}, "Expected k"),
        ({"k": 3, "candidates": 2}, "Expected candidates"),
    ],
)
def test_bad_input(settings, message):
    with pytest.raises(ValueError, match=message):
        compare_two_stage(VECTORS, CODES, **settings)
