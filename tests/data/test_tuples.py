from collections import Counter

import numpy as np
import pytest
from oracles.data import (
    check_equally_likely,
    check_pairs,
    check_quadruplets,
    check_triplets,
)

from tfmetric.data import make_pairs, make_quadruplets, make_triplets

MAKERS = [make_pairs, make_triplets, make_quadruplets]


def uneven_labels():
    """Classes of 1, 1, 2, 3, 5, 40 and 68 examples, mixed."""
    labels = np.repeat([90, 7, 31, 8, 2**40, -5, 12], [1, 1, 2, 3, 5, 40, 68])
    return np.random.default_rng(0).permutation(labels)


@pytest.mark.parametrize("seed", [0, 1])
def test_pairs(seed):
    labels = uneven_labels()
    first, second, same = make_pairs(labels, seed=seed)
    check_pairs(labels.tolist(), first.tolist(), second.tolist(), same.tolist())
    assert len(same) == 240
    assert same.sum() == 120
    # each example opens a pair of two classes and, if it can, one of one class
    assert Counter(first[same == 0].tolist()) == dict.fromkeys(range(120), 1)
    opened = Counter(first[same == 1].tolist())
    lonely = {i for i in range(120) if labels[i] in (90, 7)}
    assert set(opened) == set(range(120)) - lonely
    assert sorted(opened.values()) == [1] * 116 + [2] * 2  # two stand in


def test_pairs_where_most_examples_are_alone():
    labels = [0, 0, *range(1, 8)]  # two in company, seven alone
    first, second, same = make_pairs(labels)
    check_pairs(labels, first.tolist(), second.tolist(), same.tolist())
    assert same.sum() == 9
    assert sorted(Counter(first[same == 1].tolist()).values()) == [4, 5]


@pytest.mark.parametrize("seed", [0, 1])
def test_triplets_and_quadruplets(seed):
    labels = uneven_labels()
    triplets = make_triplets(labels, seed=seed)
    check_triplets(labels.tolist(), *(column.tolist() for column in triplets))
    quadruplets = make_quadruplets(labels, seed=seed)
    check_quadruplets(labels.tolist(), *(column.tolist() for column in quadruplets))


def test_several_tuples_to_an_anchor():
    labels = uneven_labels().tolist()
    anchor, positive, negative = make_triplets(labels, per_anchor=7)
    for turn in np.split(np.arange(7 * 118), 7):  # in each turn every anchor once
        assert sorted(positive[turn].tolist()) == sorted(anchor[turn].tolist())
        check_triplets(labels, *(i[turn].tolist() for i in (anchor, positive, negative)))
    made = set(zip(anchor.tolist(), positive.tolist(), strict=True))
    company = Counter(labels)
    # an anchor's positives differ until all its class has been one
    assert len(made) == sum(n * min(n - 1, 7) for n in company.values())
    quadruplets = make_quadruplets(labels, per_anchor=2)
    for turn in np.split(np.array(quadruplets), 2, axis=1):
        check_quadruplets(labels, *turn.tolist())


def test_several_pairs_to_an_anchor():
    labels = uneven_labels().tolist()
    first, second, same = make_pairs(labels, per_anchor=3)
    check_pairs(labels, first.tolist(), second.tolist(), same.tolist())
    assert (len(same), same.sum()) == (720, 360)
    assert set(Counter(first[same == 0].tolist()).values()) == {3}
    opened = Counter(first[same == 1].tolist()).values()
    assert Counter(opened) == {3: 118 - 6, 4: 6}  # three times two stand in
    positives = {*zip(first[same == 1].tolist(), second[same == 1].tolist(), strict=True)}
    of_two, of_three = 2 * 1, 3 * 2  # and those of larger classes are all distinct
    assert len(positives) >= of_two + of_three + 3 * (118 - 5)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    "labels, unlabelled",
    [
        ([-1, 2, 5, -1, 2, 5, 7, -1, 2], -1),
        (["", "b", "e", "", "b", "e", "g", "", "b"], ""),
        ([None, "b", "e", None, "b", "e", "g", None, "b"], None),
        ([np.nan, 2, 5, np.nan, 2, 5, 7, np.nan, 2], np.nan),
    ],
    ids=["number", "text", "none", "nan"],
)
def test_unlabelled_examples_are_in_no_tuple(make, labels, unlabelled):
    made = make(labels, unlabelled=unlabelled, per_anchor=20)
    indices, same = (made[:2], made[2]) if make is make_pairs else (made, 1)
    assert np.unique(indices).tolist() == [1, 2, 4, 5, 6, 8]
    names = np.array(labels)
    assert np.array_equal(names[made[0]] == names[made[1]], same == np.ones(len(made[0])))


def test_a_mapping_to_large_numbers():
    """Such as ids of a data base: memory goes with how many, not with how large."""
    anchor, _, negative = make_triplets({"a": [3, 10**15], "b": [10**17]})
    assert (set(anchor.tolist()), set(negative.tolist())) == ({3, 10**15}, {10**17})


@pytest.mark.parametrize("make", MAKERS)
def test_a_mapping_from_class_to_numbers(make):
    classes = {"b": [9, 4], "e": np.array([7, 30]), "g": (5,), "": [0, 1, 2]}
    made = make(classes, unlabelled="", per_anchor=20)
    indices, same = (made[:2], made[2]) if make is make_pairs else (made, 1)
    assert np.unique(indices).tolist() == [4, 5, 7, 9, 30]
    alike = np.isin(made[:2], [4, 9]).all(axis=0) | np.isin(made[:2], [7, 30]).all(axis=0)
    assert np.array_equal(alike, same == np.ones(len(alike)))


@pytest.mark.parametrize("make", MAKERS)
def test_a_marker_that_does_not_occur_is_a_mistake(make):
    with pytest.raises(ValueError, match="a label that occurs; .*unlabelled=-1"):
        make(["-1", "a", "b", "c", "a"], unlabelled=-1)


def test_every_partner_is_equally_likely():
    labels = [3, 1, 2, 3, 1, 3, 2, 2, 2]  # anchor 0 has mates 3, 5 and six outsiders
    mates, outsiders, seconds = Counter(), Counter(), Counter()
    for seed in range(3000):
        anchor, positive, negative, other = make_quadruplets(labels, seed=seed)
        row = anchor.tolist().index(0)
        mates[int(positive[row])] += 1
        outsiders[int(negative[row])] += 1
        if labels[negative[row]] == 1:
            seconds[int(other[row])] += 1
    for counts, partners in [
        (mates, [3, 5]),
        (outsiders, [1, 2, 4, 6, 7, 8]),
        (seconds, [2, 6, 7, 8]),
    ]:
        check_equally_likely(counts, partners)


@pytest.mark.parametrize("make", MAKERS)
def test_seed_decides_and_order_is_shuffled(make):
    labels = np.repeat([0, 1, 2], 30)
    first, again, other = make(labels), make(labels), make(labels, seed=1)
    assert all(map(np.array_equal, first, again))
    assert not any(map(np.array_equal, first[:3], other[:3]))
    assert len(set(labels[first[0][:20]])) == 3
    assert all(column.dtype == np.int64 for column in first)


@pytest.mark.parametrize("make", MAKERS)
def test_text_labels_and_columns(make):
    labels = ["owl", "cat", "owl", "dog", "cat"]
    numbers = np.array([2, 0, 2, 1, 0])[:, None]  # the same order of classes
    assert all(map(np.array_equal, make(labels), make(numbers)))


def test_a_million_labels():
    labels = np.random.default_rng(0).integers(0, 50_000, 1_000_000)
    anchor, positive, negative, other = labels[np.array(make_quadruplets(labels))]
    assert (anchor == positive).all()
    assert not ((anchor == negative) | (anchor == other) | (negative == other)).any()


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    "labels, reason",
    [
        ([4, 4, 4], "at least [23] classes. Received: 1"),
        ([1, 2, 3], "at least 2 examples"),
        ([], "at least one label"),
        ([[1, 2], [1, 2]], "one label for each"),
        (5, "one label for each"),
        ([1.0, np.nan, 1.0], "finite"),
    ],
)
def test_labels_that_hold_no_tuples(make, labels, reason):
    with pytest.raises(ValueError, match=reason):
        make(labels)


def test_two_classes_hold_no_quadruplet():
    with pytest.raises(ValueError, match="at least 3 classes. Received: 2"):
        make_quadruplets([0, 0, 1, 1])
