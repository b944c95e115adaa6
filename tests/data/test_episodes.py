from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from oracles.data import check_episode, check_equally_likely

from tfmetric.data import make_episodes

# classes of 2, 3, 4, 5, 9 and 20 examples, mixed
LABELS = np.random.default_rng(0).permutation(
    np.repeat([6, -1, 2**40, 3, 77, 12], [2, 3, 4, 5, 9, 20])
)


@pytest.mark.parametrize(
    "ways, shots, queries", [(2, 1, 1), (6, 1, 1), (4, 1, 3), (3, 4, 1), (2, 3, 6)]
)
def test_each_episode_is_n_ways_of_k_shots(ways, shots, queries):
    support, query = make_episodes(LABELS, ways, shots, queries, episodes=60)
    assert support.shape == (60, ways, shots)
    assert query.shape == (60, ways, queries)
    assert support.dtype == query.dtype == np.int64
    for told, asked in zip(support.tolist(), query.tolist(), strict=True):
        check_episode(LABELS.tolist(), told, asked)


def test_classes_with_too_few_examples_take_no_part():
    support, query = make_episodes(LABELS, 2, shots=2, queries=3, episodes=200)
    assert set(LABELS[query].ravel().tolist()) == {3, 77, 12}
    _, query = make_episodes(LABELS, 2, shots=2, queries=2, episodes=200)
    assert set(LABELS[query].ravel().tolist()) == {2**40, 3, 77, 12}


def test_classes_and_their_examples_are_equally_likely_in_every_place():
    support, query = make_episodes(LABELS, ways=3, shots=1, queries=2, episodes=4000)
    for way in range(3):
        classes = LABELS[support[:, way, 0]].tolist()
        check_equally_likely(Counter(classes), [-1, 2**40, 3, 77, 12])
    examples = np.concatenate([support, query], axis=2)
    for place in range(3):
        drawn = examples[:, :, place].ravel()
        drawn = drawn[LABELS[drawn] == 77]
        members = np.flatnonzero(LABELS == 77).tolist()
        check_equally_likely(Counter(drawn.tolist()), members)
    pairs = LABELS[support[:, :2, 0]].tolist()
    ordered = list(permutations([-1, 2**40, 3, 77, 12], 2))
    check_equally_likely(Counter(map(tuple, pairs)), ordered)


def test_all_of_a_class_in_every_order():
    support, query = make_episodes([0, 0, 0, 1, 1, 1], 2, 2, 1, episodes=1800)
    examples = np.concatenate([support, query], axis=2)
    for members in [(0, 1, 2), (3, 4, 5)]:
        orders = examples[np.isin(examples, members).all(axis=2)]
        choices = list(permutations(members))
        check_equally_likely(Counter(map(tuple, orders.tolist())), choices)


def test_seed_decides():
    first, again = (make_episodes(LABELS, 3, 1, 2, 50, seed=4) for _ in range(2))
    other = make_episodes(LABELS, 3, 1, 2, 50, seed=5)
    assert all(map(np.array_equal, first, again))
    assert not any(map(np.array_equal, first, other))


def test_text_labels():
    names = ["owl", "cat", "owl", "dog", "cat", "dog"]
    numbers = [2, 0, 2, 1, 0, 1]  # the same order of classes
    from_names = make_episodes(names, 2, 1, 1, 30)
    assert all(map(np.array_equal, from_names, make_episodes(numbers, 2, 1, 1, 30)))


def test_a_mapping_from_class_to_numbers():
    support, query = make_episodes({5: [30, 41], 2: [7, 8, 9], 3: [0]}, 2, 1, 1, 40)
    assert set(np.unique([support, query])) == {7, 8, 9, 30, 41}
    assert np.array_equal(support >= 30, query >= 30)


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"ways": 1}, "Expected ways"),
        ({"shots": 0}, "Expected shots"),
        ({"queries": 0}, "Expected queries"),
        ({"episodes": 0}, "Expected episodes"),
        ({"episodes": 2.0}, "Expected episodes"),
        ({"seed": -1}, "Expected seed"),
        ({"labels": []}, "at least one label"),
        ({"ways": 6, "queries": 2}, "at least 6 classes .* = 3 .*: 5 such classes of 6"),
        ({"shots": 20}, "0 such classes of 6"),
    ],
)
def test_bad_arguments(change, reason):
    settings = {"labels": LABELS, "ways": 2, "shots": 1, "queries": 1, "episodes": 5}
    with pytest.raises(ValueError, match=reason):
        make_episodes(**settings | change)
