import numpy as np
import pytest

from tfmetric.data import make_episodes, make_triplets, separate_unlabelled

LABELS = ["", "owl", "cat", "", "owl", "", "cat", "owl"]


def test_the_unlabelled_are_classes_of_one_example():
    assert separate_unlabelled(LABELS, "").tolist() == [2, 1, 0, 3, 1, 4, 0, 1]
    assert separate_unlabelled([5, None, 3, None]).tolist() == [1, 2, 0, 3]
    assert separate_unlabelled([5, 3, 5]).tolist() == [1, 0, 1]


def test_they_serve_as_negatives_only():
    ids = separate_unlabelled(LABELS, "")
    anchor, positive, negative = make_triplets(ids, per_anchor=30)
    assert {*anchor.tolist(), *positive.tolist()} == {1, 2, 4, 6, 7}
    assert set(negative.tolist()) == set(range(8))


def test_they_are_in_no_episode():
    support, query = make_episodes(LABELS, 2, 1, 1, episodes=50, unlabelled="")
    names = np.array(LABELS)
    assert set(np.unique([support, query])) == {1, 2, 4, 6, 7}
    assert (names[support] == names[query]).all()


@pytest.mark.parametrize(
    "labels, unlabelled, reason",
    [
        (LABELS, "none", "a label that occurs"),
        (["", ""], "", "at least one label"),
        ([[1, 2], [3, 4]], -1, "one label for each"),
        ([1.0, np.nan], None, "finite"),
    ],
)
def test_bad_arguments(labels, unlabelled, reason):
    with pytest.raises(ValueError, match=reason):
        separate_unlabelled(labels, unlabelled)
