import json

import pytest

from tfmetric.evaluation import MatchThreshold

# Same pairs at 1, 2, 4, 6; different ones at 3, 5, 7, 8, 9.
DISTANCES = [1.0, 2, 4, 6, 3, 5, 7, 8, 9]
SAME = [1, 1, 1, 1, 0, 0, 0, 0, 0]


def test_at_far_by_hand():
    # Up to 4 one of five different pairs is accepted, at 5 the second.
    match = MatchThreshold.at_far(DISTANCES, SAME, 0.2, distance="cosine")
    assert match == MatchThreshold(
        threshold=4.5,
        distance="cosine",
        rule="FAR at most 0.2",
        far=1 / 5,
        recall=3 / 4,
        same_pairs=4,
        different_pairs=5,
    )


def test_best_by_hand():
    # At 2: 2 + 5 right. At 4: 3 + 4. At 6: 4 + 3. Of as many the least threshold.
    accurate = MatchThreshold.best(DISTANCES, SAME)
    assert (accurate.threshold, accurate.rule) == (2.5, "best accuracy")
    assert (accurate.far, accurate.recall) == (0.0, 1 / 2)
    # F1 at 2: 4/6, at 4: 6/8, at 6: 8/10.
    assert MatchThreshold.best(DISTANCES, SAME, "f1").threshold == 6.5
    assert "balanced accuracy" in str(
        MatchThreshold.best(DISTANCES, SAME, "balanced_accuracy")
    )


def test_decides_and_is_scored_on_other_pairs():
    match = MatchThreshold.at_far(DISTANCES, SAME, 0.2)
    assert match.accepts([4.5, 4.6]).tolist() == [True, False]
    scores = match.scores([1, 4.5, 5, 6], [1, 0, 1, 0])
    assert (scores.accuracy, scores.far, scores.recall) == (1 / 2, 1 / 2, 1 / 2)


def test_survives_a_file(tmp_path):
    match = MatchThreshold.at_far(DISTANCES, SAME, 0.2)
    path = match.save(tmp_path / "new" / "threshold.json")
    assert MatchThreshold.load(path) == match
    assert list(path.parent.iterdir()) == [path]
    whole = match.to_dict() | {"threshold": 1}  # JSON of another program
    assert MatchThreshold.from_dict(whole).threshold == 1


@pytest.mark.parametrize(
    "change",
    [
        {"threshold": "0.5"},
        {"threshold": True},
        {"threshold": float("nan")},
        {"rule": None},
        {"same_pairs": 2.5},
        {"more": 1},
    ],
)
def test_refuses_what_is_no_threshold(change, tmp_path):
    values = MatchThreshold.best(DISTANCES, SAME).to_dict() | change
    path = tmp_path / "threshold.json"
    path.write_text(json.dumps(values))
    with pytest.raises(ValueError, match="Expected"):
        MatchThreshold.load(path)


def test_refuses_other_files(tmp_path):
    path = tmp_path / "threshold.json"
    for text in ("", "[1, 2]", "{}"):
        path.write_text(text)
        with pytest.raises(ValueError, match="Expected a threshold"):
            MatchThreshold.load(path)


@pytest.mark.parametrize("far", [-0.1, 1.1])
def test_bad_far(far):
    with pytest.raises(ValueError, match="Expected far"):
        MatchThreshold.at_far(DISTANCES, SAME, far)
