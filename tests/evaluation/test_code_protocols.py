import numpy as np
import pytest

from tfmetric.evaluation import cifar10_p1, cifar10_p2, hashing_split, unseen_split

# Classes of 9, 10 and 11 items, in no order.
LABELS = np.random.default_rng(0).permutation(np.repeat([7, 3, 5], [9, 10, 11]))
CIFAR10 = np.random.default_rng(1).permutation(np.repeat(np.arange(10), 6000))


def per_class(labels, items):
    """How many of the items each class has, by ascending label."""
    return np.bincount(labels[items])[np.unique(labels)].tolist()


def assert_disjoint(*parts):
    joined = np.concatenate(parts)
    assert len(np.unique(joined)) == len(joined)


def test_parts_have_their_share_of_each_class():
    split = hashing_split(LABELS, 2, 4, seed=1)
    assert per_class(LABELS, split.query) == [2, 2, 2]
    assert per_class(LABELS, split.training) == [4, 4, 4]
    assert per_class(LABELS, split.database) == [4, 5, 3]  # of labels 3, 5, 7
    assert_disjoint(*vars(split).values())
    for part in vars(split).values():
        assert part.dtype == np.int64 and (np.diff(part) > 0).all()


def test_training_in_the_database_changes_only_the_database():
    apart = hashing_split(LABELS, 2, 4)
    joined = hashing_split(LABELS, 2, 4, training_in_database=True)
    np.testing.assert_array_equal(joined.query, apart.query)
    np.testing.assert_array_equal(joined.training, apart.training)
    both = np.union1d(apart.database, apart.training)
    np.testing.assert_array_equal(joined.database, both)


def test_all_but_the_queries_train():
    split = hashing_split(LABELS, 2, training_in_database=True)
    assert per_class(LABELS, split.training) == [8, 9, 7]
    np.testing.assert_array_equal(split.training, split.database)


def test_the_seed_alone_decides():
    first, again, other = (hashing_split(LABELS, 3, 4, seed=seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first.query, again.query)
    assert set(first.query) != set(other.query)
    assert set(first.training) != set(other.training)


def test_every_item_may_be_drawn():
    drawn = [hashing_split(LABELS, 3, 4, seed=seed).query for seed in range(60)]
    assert len(np.unique(np.concatenate(drawn))) == 30


@pytest.mark.parametrize(("joined", "database"), [(False, 5400), (True, 5900)])
def test_first_protocol_of_cifar10(joined, database):
    split = cifar10_p1(CIFAR10, seed=3, training_in_database=joined)
    assert per_class(CIFAR10, split.query) == 10 * [100]
    assert per_class(CIFAR10, split.training) == 10 * [500]
    assert per_class(CIFAR10, split.database) == 10 * [database]
    assert np.isin(split.training, split.database).all() == joined
    assert not np.isin(split.query, split.database).any()


def test_second_protocol_of_cifar10():
    split = cifar10_p2(CIFAR10, seed=3)
    assert per_class(CIFAR10, split.query) == 10 * [1000]
    assert_disjoint(split.query, split.training)
    np.testing.assert_array_equal(split.training, split.database)
    assert len(split.training) == 50_000


def test_unseen_classes_are_kept_apart():
    split = unseen_split(LABELS, [5], 2, 4, seed=2)
    assert set(LABELS[split.training]) == {3, 7} == set(LABELS[split.seen_query])
    assert set(LABELS[split.unseen_query]) == {5} == set(LABELS[split.unseen_database])
    sizes = [len(part) for part in vars(split).values()]
    assert sizes == [8, 4, 2, 7, 9]
    assert_disjoint(*vars(split).values())


def test_cases_pair_queries_with_databases():
    split = unseen_split(LABELS, 1, 2, training_in_database=True)
    cases = split.cases()
    everything = np.setdiff1d(
        np.arange(30), np.union1d(split.seen_query, split.unseen_query)
    )
    for name, (query, database) in cases.items():
        asked, searched = name.split("@")
        np.testing.assert_array_equal(query, getattr(split, f"{asked}_query"))
        expected = everything if searched == "all" else vars(split)[f"{searched}_database"]
        np.testing.assert_array_equal(database, expected)
    assert list(cases) == ["seen@seen", "seen@all", "unseen@unseen", "unseen@all"]


def test_strings_are_labels():
    split = unseen_split(np.array(list("aabbcc")), ["c"], 1, training_in_database=True)
    assert len(split.training) == 2 and len(split.unseen_database) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: hashing_split(LABELS, 0, 1), "Expected queries"),
        (lambda: hashing_split(LABELS, 2, 8), "smallest class, which has 9"),
        (lambda: hashing_split(LABELS, 9), "smallest class, which has 9"),
        (lambda: hashing_split(LABELS, 2, 0), "Expected training"),
        (lambda: hashing_split([1, 1, 2, 2], 1, 1), "training_in_database=True"),
        (lambda: hashing_split(LABELS, 2, 4, training_in_database=1), "True or False"),
        (lambda: cifar10_p1(CIFAR10[:-1]), "ten classes of 6,000"),
        (lambda: cifar10_p2(CIFAR10 % 9), "9 classes of 6000 to 12000"),
        (lambda: unseen_split(LABELS, [4], 2), "labels that occur"),
        (lambda: unseen_split(LABELS, 3, 2), "both sides"),
        (lambda: unseen_split(np.eye(4, dtype=int), 1, 1), "one label for each of 4"),
        (lambda: hashing_split(np.eye(4, dtype=int), 1), "one label for each"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
