import numpy as np
import pytest
from oracles.data import connected

from tfmetric.data import contradicting_pairs, labels_from_pairs


def some_pairs(seed, items=40, pairs=45):
    """A list in which classes form chains and trees, with some contradictions."""
    generator = np.random.default_rng(seed)
    first = generator.integers(0, items, pairs)
    second = (first + generator.integers(1, items, pairs)) % items
    return first.tolist(), second.tolist(), generator.integers(0, 2, pairs).tolist()


@pytest.mark.parametrize("seed", range(5))
def test_classes_and_contradictions_equal_the_loops(seed):
    pairs = np.array(some_pairs(seed))
    reached = connected(*pairs.tolist(), items=43)
    first, second, same = pairs
    wrong = [i for i in range(45) if not same[i] and second[i] in reached[first[i]]]
    assert contradicting_pairs(*pairs).tolist() == wrong
    names = list({min(group): None for group in reached})  # in order of first items
    expected = [names.index(min(group)) for group in reached]
    kept = np.delete(pairs, wrong, axis=1)
    labels = labels_from_pairs(*kept, items=43)
    assert labels.tolist() == expected
    assert labels.dtype == np.int64


def test_without_judgements_all_match():
    assert labels_from_pairs([4, 0], [1, 4]).tolist() == [0, 0, 1, 2, 0]
    assert labels_from_pairs([4, 0], [1, 4], items=6).tolist() == [0, 0, 1, 2, 0, 3]


@pytest.mark.parametrize(
    "same", [[1, 1, 0], [True, True, False], [1.0, 1.0, 0.0], [[1], [1], [0]]]
)
def test_judgements_are_numbers_or_flags(same):
    labels = labels_from_pairs(np.uint8([0, 1, 3]), [1, 2, 2], same)
    assert labels.tolist() == [0, 0, 0, 1]


def test_a_match_with_itself_says_nothing():
    assert labels_from_pairs([0, 2, 1], [0, 2, 2]).tolist() == [0, 1, 1]


def test_a_chain_of_a_hundred_thousand_is_one_class():
    chain = np.random.default_rng(0).permutation(100_000)
    labels = labels_from_pairs(chain[:-1], chain[1:])
    assert not labels.any()


def test_contradictions_are_named():
    pairs = [0, 1, 5, 3, 2], [1, 2, 6, 0, 0], [1, 1, 1, 0, 0]
    with pytest.raises(ValueError, match="1 that are connected, the first pair 4, of "):
        labels_from_pairs(*pairs)
    with pytest.raises(ValueError, match="items 2 and 0; contradicting_pairs lists"):
        labels_from_pairs(*pairs)


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"first": []}, "Expected first .* at least one"),
        ({"first": [0.0, 1.0]}, "Expected first .* whole numbers"),
        ({"second": ["a", "b"]}, "return_inverse"),
        ({"second": [[2], [3]]}, "shape"),
        ({"second": [2, -1]}, "second to be at least 0. Received: -1"),
        ({"second": [2]}, "Expected second"),
        ({"same": [1]}, "Expected same"),
        ({"same": [1, 4.5]}, "threshold. Received: .*4.5"),
        ({"same": [np.nan, 1]}, "threshold. Received: .*nan"),
        ({"second": [2, 1]}, "1 that are connected, the first pair 1, of items 1 and 1"),
        ({"items": 3}, "items to be a whole number of at least 4"),
    ],
)
def test_bad_lists(change, reason):
    settings = {"first": [0, 1], "second": [2, 3], "same": [1, 0], "items": 4}
    with pytest.raises(ValueError, match=reason):
        labels_from_pairs(**settings | change)
