import numpy as np
import pytest

from tfmetric.data import split_classes, split_examples, split_first_classes

LABELS = np.array([5, 3, 5, 9, 3, 3, 7, 5, 9, 1])


def assert_covers(sides, items):
    assert np.array_equal(np.sort(np.concatenate(sides)), np.arange(items))
    assert all(np.array_equal(side, np.sort(side)) for side in sides)


@pytest.mark.parametrize(
    "unseen, count", [(1, 1), (4, 4), (0.4, 2), (0.01, 1), (0.99, 4), ([9, 1], 2)]
)
def test_no_class_is_on_both_sides(unseen, count):
    for seed in range(5):
        sides = split_classes(LABELS, unseen, seed)
        assert_covers(sides, 10)
        seen, held_out = (set(LABELS[side].tolist()) for side in sides)
        assert not seen & held_out
        assert len(held_out) == count


@pytest.mark.parametrize("unseen", [[9, 1], (1, 9), {9, 1}, np.array([1, 9, 9])])
def test_named_classes(unseen):
    seen, held_out = split_classes(LABELS, unseen)
    assert held_out.tolist() == [3, 8, 9]
    assert seen.tolist() == [0, 1, 2, 4, 5, 6, 7]


def test_named_classes_of_text():
    seen, held_out = split_classes(["cat", "dog", "cat", "owl"], {"dog", "owl"})
    assert (seen.tolist(), held_out.tolist()) == ([0, 2], [1, 3])


def test_labels_without_an_order():
    with pytest.raises(ValueError, match="labels of one type that can be sorted"):
        split_classes(["cat", None, "dog"], 1)
    with pytest.raises(ValueError, match=r"one label for each item. .*\(3, 2\)"):
        split_classes(np.eye(3, 2), 1)


def test_each_class_is_held_out_by_some_seed():
    held_out = [split_classes(LABELS, 1, seed)[1] for seed in range(60)]
    assert {int(LABELS[side[0]]) for side in held_out} == {1, 3, 5, 7, 9}
    assert np.array_equal(held_out[7], split_classes(LABELS, 1, 7)[1])


@pytest.mark.parametrize("unseen", [5, [], [1, 3, 5, 7, 9]])
def test_a_side_without_classes(unseen):
    with pytest.raises(ValueError, match="classes on both sides of 5"):
        split_classes(LABELS, unseen)


@pytest.mark.parametrize(
    "unseen, reason",
    [
        ([9, 4], r"labels that occur. Received: \{4\}"),
        (0, "whole number of at least 1"),
        (1.5, "between 0 and 1"),
        (True, "whole number"),
        (None, "whole number"),
    ],
)
def test_bad_unseen(unseen, reason):
    with pytest.raises(ValueError, match=reason):
        split_classes(LABELS, unseen)


def test_one_class_cannot_be_split():
    with pytest.raises(ValueError, match="both sides of 1"):
        split_classes([2, 2], 0.5)


@pytest.mark.parametrize(
    "seen, train",
    [
        (None, [1, 4, 5, 9]),  # 1 and 3 of 1, 3, 5, 7, 9
        (1, [9]),
        (3, [0, 1, 2, 4, 5, 7, 9]),
        (4, [0, 1, 2, 4, 5, 6, 7, 9]),
    ],
)
def test_the_first_classes_are_for_training(seen, train):
    sides = split_first_classes(LABELS, seen)
    assert_covers(sides, 10)
    assert sides[0].tolist() == train


def test_first_classes_of_text_are_those_of_the_alphabet():
    train, test = split_first_classes(["dog", "cat", "owl", "ape"])
    assert (train.tolist(), test.tolist()) == ([1, 3], [0, 2])


@pytest.mark.parametrize("labels, seen", [(LABELS, 5), (LABELS, 9), ([2, 2], None)])
def test_no_class_left_for_a_side(labels, seen):
    with pytest.raises(ValueError, match="Expected classes on both sides of [15]"):
        split_first_classes(labels, seen)


@pytest.mark.parametrize("seen", [0, -1, 0.5, True])
def test_bad_count_of_first_classes(seen):
    with pytest.raises(ValueError, match="Expected seen to be a whole number"):
        split_first_classes(LABELS, seen)


@pytest.mark.parametrize(
    "test, held_out",
    [
        # classes of 1, 2, 3, 10 and 40; a share of each, at least one on each side
        (0.25, {0: 0, 1: 1, 2: 1, 3: 2, 4: 10}),
        (0.9, {0: 0, 1: 1, 2: 2, 3: 9, 4: 36}),
        (0.01, {0: 0, 1: 1, 2: 1, 3: 1, 4: 1}),
        (0.99, {0: 0, 1: 1, 2: 2, 3: 9, 4: 39}),
    ],
)
def test_every_class_in_proportion(test, held_out):
    labels = np.repeat(np.arange(5), [1, 2, 3, 10, 40])
    labels = np.random.default_rng(1).permutation(labels)
    sides = split_examples(labels, test)
    assert_covers(sides, 56)
    counts = np.bincount(labels[sides[1]], minlength=5)
    assert dict(enumerate(counts.tolist())) == held_out


def test_each_example_is_held_out_by_some_seed():
    labels = [7, 5, 7, 7, 5]
    held_out = [split_examples(labels, 0.3, seed)[1] for seed in range(80)]
    assert {tuple(side.tolist()) for side in held_out} == {
        tuple(sorted((seven, five))) for seven in (0, 2, 3) for five in (1, 4)
    }
    assert np.array_equal(held_out[3], split_examples(labels, 0.3, 3)[1])


@pytest.mark.parametrize("test", [0, 1, -0.5, 2, np.nan])
def test_bad_share(test):
    with pytest.raises(ValueError, match="Expected test between 0 and 1"):
        split_examples(LABELS, test)


def test_classes_of_one_cannot_be_split():
    with pytest.raises(ValueError, match="at least 2 examples"):
        split_examples([1, 2, 3], 0.5)
