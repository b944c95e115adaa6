from collections import Counter

import numpy as np
import pytest
from oracles.data import check_equally_likely, check_listed_triplets, connected

from tfmetric.data import balance_pairs, quadruplets_from_pairs, triplets_from_pairs

MAKERS = [balance_pairs, triplets_from_pairs, quadruplets_from_pairs]


def questions_and_answers(seed=0):
    """Sixty judged pairs of 20 questions and 50 answers, some with several answers."""
    generator = np.random.default_rng(seed)
    cells = generator.choice(1000, 60, replace=False)
    first, second = cells // 50, cells % 50 + 20
    return first.tolist(), second.tolist(), (generator.random(60) < 0.4).tolist()


def lists(columns):
    return [column.tolist() for column in columns]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("per_match", [1, 3])
def test_triplets(seed, per_match):
    pairs = questions_and_answers(seed)
    triplets = triplets_from_pairs(*pairs, per_match=per_match, seed=seed)
    check_listed_triplets(pairs, per_match, *lists(triplets))
    assert all(column.dtype == np.int64 for column in triplets)


@pytest.mark.parametrize("seed", range(4))
def test_quadruplets(seed):
    pairs = questions_and_answers(seed)
    anchor, positive, *negatives = lists(quadruplets_from_pairs(*pairs, per_match=5))
    check_listed_triplets(pairs, 5, anchor, positive, negatives[0])
    reached = connected(*pairs, 70)
    for a, n1, n2 in zip(anchor, *negatives, strict=True):
        assert n2 in set(pairs[1]) - reached[a] - reached[n1]


def test_a_listed_negative_may_be_of_the_anchors_class():
    """Two questions share answer 3; answer 4 is right for the second one only."""
    pairs = [0, 1, 1, 0, 2, 2], [3, 3, 4, 4, 5, 6], [1, 1, 1, 0, 1, 0]
    quadruplets = quadruplets_from_pairs(*pairs, per_match=50)
    of_first = np.array([row for row in np.transpose(quadruplets) if row[0] == 0])
    assert set(of_first[:, 2].tolist()) == {4}
    assert set(of_first[:, 3].tolist()) == {5, 6}


def test_listed_negatives_take_turns():
    first, second = [0] * 6 + [1], [2, 3, 4, 5, 6, 7, 8]
    same = [1, 1, 0, 0, 0, 0, 1]
    anchor, _, negative = triplets_from_pairs(first, second, same, per_match=6)
    assert Counter(negative[anchor == 0].tolist()) == dict.fromkeys([4, 5, 6, 7], 3)


def test_random_negatives_are_equally_likely():
    first, second = [0, 0, 4, 5, 9], [1, 2, 2, 6, 8]  # 0 is connected with 1, 2 and 4
    anchor, _, negative, other = quadruplets_from_pairs(first, second, per_match=2000)
    check_equally_likely(Counter(negative[anchor == 0].tolist()), [6, 8])
    check_equally_likely(Counter(negative[anchor == 5].tolist()), [1, 2, 8])
    row = (anchor == 5) & (negative == 8)
    check_equally_likely(Counter(other[row].tolist()), [1, 2])


def test_pairs_are_filled_up_with_unconnected_ones():
    first, second, _ = questions_and_answers()
    a, b, same = lists(balance_pairs(first, second))
    reached = connected(first, second, [1] * 60, 70)
    made = Counter(zip(a, b, same, strict=True))
    matches = Counter(zip(first, second, [1] * 60, strict=True))
    assert {pair: n for pair, n in made.items() if pair[2]} == matches
    strangers = [pair for pair in zip(a, b, same, strict=True) if not pair[2]]
    assert Counter(item for item, *_ in strangers) == Counter(first)
    assert all(n in set(second) - reached[item] for item, n, _ in strangers)


def test_listed_pairs_are_kept_and_the_rarer_kind_is_filled_up():
    pairs = questions_and_answers()
    for same in (pairs[2], [not match for match in pairs[2]]):
        made = balance_pairs(*pairs[:2], same)
        listed = Counter(zip(*pairs[:2], map(int, same), strict=True))
        more = Counter(zip(*lists(made), strict=True)) - listed
        assert made[2].sum() * 2 == len(made[2]) == 2 * max(sum(same), 60 - sum(same))
        assert listed <= Counter(zip(*lists(made), strict=True))
        assert len({kind for *_, kind in more}) == 1
    assert max(more.values()) - min(more.values()) <= 1  # matches come again evenly


def test_balanced_pairs_stay_as_they_are():
    first, second, same = balance_pairs([0, 0], [1, 2], [1, 0])
    assert sorted(zip(*lists((first, second, same)), strict=True)) == [(0, 1, 1), (0, 2, 0)]


def test_a_match_with_itself_is_kept():
    columns = lists(triplets_from_pairs([0, 1, 4], [0, 2, 3]))
    assert {(a, p) for a, p, _ in zip(*columns, strict=True)} == {(0, 0), (1, 2), (4, 3)}
    check_listed_triplets(([0, 1, 4], [0, 2, 3], [1, 1, 1]), 1, *columns)


@pytest.mark.parametrize("make", MAKERS)
def test_seed_decides(make):
    pairs = questions_and_answers()
    first, again, other = make(*pairs), make(*pairs), make(*pairs, seed=1)
    assert all(map(np.array_equal, first, again))
    assert not all(map(np.array_equal, first, other))


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    "pairs, reason",
    [
        (([0, 1], [2, 3], [0, 0]), "at least one pair that matches"),
        (([0, 1, 0], [2, 3, 2], [1, 1, 0]), "both for 1, the first of items 0 and 2"),
        (([0, 1], [2, 2]), "none for the match with 2, and 2 like it"),
        (([0, 1, 3], [2, 1, 3], [1, 0, 1]), "to match itself. Received: 1 .* first 1"),
        (([0, 1], [2, 3], [0.2, 0.9]), "threshold"),
    ],
)
def test_lists_that_hold_no_tuples(make, pairs, reason):
    with pytest.raises(ValueError, match=reason):
        make(*pairs)


@pytest.mark.parametrize("make", [triplets_from_pairs, quadruplets_from_pairs])
def test_per_match_is_a_count(make):
    with pytest.raises(ValueError, match="per_match"):
        make([0, 1, 4], [2, 3, 5], per_match=0)


def test_two_classes_hold_no_quadruplet():
    with pytest.raises(ValueError, match="none for the match with"):
        quadruplets_from_pairs([0, 1], [2, 3])
