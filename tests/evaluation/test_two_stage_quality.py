import numpy as np
import pytest
from oracles import retrieval as oracle

from tfmetric.evaluation import TwoStageQuality, two_stage_quality

# Codes of 0 to 16 ones in a row: no two are equally far from a code of zeros.
ONES = np.random.default_rng(5).permutation(17)
ITEM_CODES = np.packbits(np.arange(16) < ONES[:, None], axis=1)
ITEMS = np.random.default_rng(6).normal(size=(17, 3)) + ONES[:, None] / 6
ITEM_LABELS = np.random.default_rng(7).integers(0, 3, 17)
QUERIES = np.random.default_rng(8).normal(size=(9, 3)) + 1
LABELS = np.arange(9) % 4  # nothing is of class 3
CODES = np.zeros((9, 2), np.uint8)
GALLERY = {"gallery": ITEMS, "gallery_codes": ITEM_CODES, "gallery_labels": ITEM_LABELS}


def expected_scores(candidates, kind):
    """Recall, then MAP@R and precision@1 of each stage, over queries of classes 0 to 2."""
    places = range(17)
    by_code = oracle.nearest(CODES, ITEM_CODES, places, 17, oracle.hamming)
    by_vector = oracle.nearest(
        QUERIES, ITEMS, places, 17, lambda a, b: oracle.measure(a, b, kind)
    )
    scores = []
    for label, of_code, of_vector in zip(LABELS, by_code, by_vector, strict=True):
        code, vector = [j for _, j in of_code], [j for _, j in of_vector]
        both = [j for j in vector if j in code[:candidates]]
        relevant = sum(each == label for each in ITEM_LABELS)
        if relevant == 0:
            continue
        row = [len(set(vector[:relevant]) & set(both)) / relevant]
        for ranking in (code, both, vector):
            hits = [float(ITEM_LABELS[j] == label) for j in ranking] + [0.0] * 17
            precisions = [hits[i] * sum(hits[: i + 1]) / (i + 1) for i in range(relevant)]
            row += [sum(precisions) / relevant, hits[0]]
        scores.append(row)
    return np.mean(scores, axis=0)


@pytest.mark.parametrize("candidates", [1, 4, 17])
@pytest.mark.parametrize("distance", ["euclidean", "cosine"])
def test_scores_equal_the_loops(candidates, distance):
    found = two_stage_quality(
        QUERIES, CODES, LABELS, **GALLERY, candidates=candidates, distance=distance
    )
    scores = [found.candidate_recall]
    for stage in ("code", "two_stage", "float"):
        for score in ("map_at_r", "precision_at_1"):
            scores.append(getattr(found, f"{stage}_{score}"))
    np.testing.assert_allclose(scores, expected_scores(candidates, distance), atol=1e-12)
    assert (found.candidates, found.queries) == (candidates, 7)
    assert found.retention == found.two_stage_map_at_r / found.float_map_at_r


def test_items_among_the_others_by_hand():
    # 0, 2 and 3 are of one class, 1 of another and left out as a query. The nearest
    # vectors of 0 are 1, 2; of 2: 1 or 3, the lower position being shuffled, so 2.1
    # breaks the tie: 3 (0.9), 1 (1.1); of 3: 2.1, 1.
    vectors, labels = [[0.0], [1.0], [2.1], [3.0]], [5, 6, 5, 5]
    # By code 0 has 2.1 (1 bit) and then 3 (2 bits); 2.1 has 0 or 3, 1 bit both; 3 has
    # 2.1, then 0.
    codes = np.uint8([[0b0000], [0b1111], [0b0001], [0b0011]])
    found = two_stage_quality(vectors, codes, labels, candidates=1)
    assert found.queries == 3
    assert found.code_map_at_r == found.code_precision_at_1 == 1
    assert found.float_precision_at_1 == pytest.approx(2 / 3)
    assert found.float_map_at_r == pytest.approx((1 / 4 + 1 / 2 + 1 / 2) / 3)
    assert found.two_stage_map_at_r == 1 / 2  # one place filled of two, by a hit
    assert found.retention == pytest.approx(6 / 5)
    # Of 0 the candidate is 2.1, of 3 it is 2.1; of 2.1 it is 3 or, out of reach, 0.
    assert found.candidate_recall in (pytest.approx(1 / 2), pytest.approx(1 / 3))


def test_ties_fall_by_the_seed():
    gallery = {"gallery": [[5.0], [6.0]], "gallery_codes": np.uint8([[1], [1]])}
    scores = {
        two_stage_quality(
            [[0.0]], np.uint8([[0]]), [1], **gallery, gallery_labels=[1, 2], seed=seed
        ).code_map_at_r
        for seed in range(12)
    }
    assert scores == {0.0, 1.0}


def test_as_many_as_the_largest_class_are_candidates():
    codes, labels = np.zeros((9, 1), np.uint8), [1, 1, 1, 1, 2, 2, 3, 4, 5]
    found = two_stage_quality(np.arange(9.0)[:, None], codes, labels)
    assert found.candidates == 3  # of class 1, beside the query itself
    assert two_stage_quality(QUERIES, CODES, LABELS, **GALLERY).candidates == max(
        sum(each == label for each in ITEM_LABELS) for label in range(3)
    )


def test_texts():
    quality = TwoStageQuality(0.5, 0.6, 0.75, 0.8, 0.9, 1.0, 0.25, 30, 12)
    assert quality.retention == pytest.approx(0.8)
    assert TwoStageQuality(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.25, 30, 12).retention == 1
    assert quality.to_markdown().splitlines()[2:4] == [
        "| MAP@R, codes alone | 0.5000 |",
        "| MAP@R, two stages | 0.6000 |",
    ]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"gallery": None}, "gallery to be numbers"),
        ({"gallery_codes": None}, "codes of gallery to be packed"),
        ({"gallery_labels": None}, "together or neither"),
        ({"gallery_codes": ITEM_CODES[:4]}, "17 and 4 codes"),
        ({"gallery_codes": ITEM_CODES[:, :1]}, "as wide"),
        ({"candidates": 0}, "Expected candidates"),
        ({"distance": "hamming"}, "Expected distance"),
    ],
)
def test_bad_input(changed, message):
    with pytest.raises(ValueError, match=message):
        two_stage_quality(QUERIES, CODES, LABELS, **(GALLERY | changed))
    with pytest.raises(ValueError, match="9 and 8 codes"):
        two_stage_quality(QUERIES, CODES[:8], LABELS)
