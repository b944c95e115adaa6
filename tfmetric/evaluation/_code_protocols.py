"""The splits on which papers on hashing report: queries, training set, database."""

from dataclasses import dataclass

import numpy as np

from tfmetric._core._checks import as_labels, check_count, check_flag
from tfmetric.data import split_classes
from tfmetric.data._labels import group


@dataclass(frozen=True)
class HashingSplit:
    """Who asks, who trains and who is searched; ascending int64 indices.

    Attributes:
        query: items searched for; in no other part.
        training: items that the model learns from.
        database: items searched among.
    """

    query: np.ndarray
    training: np.ndarray
    database: np.ndarray

    def __repr__(self):
        return _with_sizes(self)


@dataclass(frozen=True)
class UnseenSplit:
    """A split that tests classes never trained on; ascending int64 indices.

    Attributes:
        training: items that the model learns from, all of seen classes.
        seen_query, unseen_query: items searched for; in no other part.
        seen_database, unseen_database: items searched among.
    """

    training: np.ndarray
    seen_query: np.ndarray
    unseen_query: np.ndarray
    seen_database: np.ndarray
    unseen_database: np.ndarray

    def __repr__(self):
        return _with_sizes(self)

    def cases(self):
        """Returns the four searches to score, a dict from name to (query, database).

        "seen@seen" is what most papers report. "seen@all" and "unseen@all" search the
        database of all classes, as a deployed system must; "unseen@unseen" is transfer
        without distractors.
        """
        everything = np.sort(np.concatenate([self.seen_database, self.unseen_database]))
        return {
            "seen@seen": (self.seen_query, self.seen_database),
            "seen@all": (self.seen_query, everything),
            "unseen@unseen": (self.unseen_query, self.unseen_database),
            "unseen@all": (self.unseen_query, everything),
        }


def hashing_split(labels, queries, training=None, *, training_in_database=False, seed=0):
    """Draws queries and a training set class by class; the rest is the database.

    The general form of the protocols of hashing. State all of it beside a score: a
    model that was trained on all of the database gains more than ten points of mean
    average precision over one that was not.

    Args:
        labels: (items,) one label each, of any type.
        queries: queries drawn from each class.
        training: training items drawn from each class, None for all that are no query.
        training_in_database: whether the training items are searched too.
        seed: whole number >= 0; of the draw.

    Returns:
        HashingSplit.

    Raises:
        ValueError: a class too small for that, or nothing left to search.

    Example: three classes of four; one query and two for training leave one each.

        >>> hashing_split(np.arange(12) % 3, 1, 2)
        HashingSplit(query=3, training=6, database=3)
        >>> hashing_split(np.arange(12) % 3, 1, 2, training_in_database=True)
        HashingSplit(query=3, training=6, database=9)
    """
    check_flag(training_in_database, "training_in_database")
    groups = group(labels)
    drawn = check_count(queries, "queries")
    drawn += 1 if training is None else check_count(training, "training")
    if drawn > groups.counts.min():
        raise ValueError(
            "Expected queries and training items within the smallest class, which has "
            f"{groups.counts.min()}. Received: queries={queries}, training={training}"
        )
    place = _shuffled_ranks(groups, seed)
    is_query = place < queries
    is_training = ~is_query if training is None else ~is_query & (place < drawn)
    in_database = ~is_query if training_in_database else ~is_query & ~is_training
    if not in_database.any():
        raise ValueError(
            "Expected items left to search. Received: none beside queries and training; "
            "pass training_in_database=True, or a smaller training set"
        )
    parts = (is_query, is_training, in_database)
    return HashingSplit(*(np.flatnonzero(part) for part in parts))


def cifar10_p1(labels, seed=0, *, training_in_database=False):
    """The first protocol of CIFAR-10: 1,000 queries, 5,000 to train on, the rest searched.

    100 queries and 500 training items of each class, drawn from all 60,000. Two
    databases go by this name: the 54,000 that are neither, and the 59,000 that are no
    query, training items included. Mean average precision counts all places.

    Args:
        labels: (60000,) labels of the training and the test part together.
        seed: whole number >= 0; of the draw.
        training_in_database: False for the database of 54,000, True for 59,000.

    Returns:
        HashingSplit.

    Raises:
        ValueError: not ten classes of 6,000.

    Reference: R. Xia et al., "Supervised Hashing for Image Retrieval via Image
    Representation Learning", AAAI 2014, for the sizes. Papers draw once and rarely say
    which items; report the spread over a few seeds.

    >>> cifar10_p1(np.arange(60_000) % 10)
    HashingSplit(query=1000, training=5000, database=54000)
    """
    _check_cifar10(labels)
    return hashing_split(
        labels, 100, 500, training_in_database=training_in_database, seed=seed
    )


def cifar10_p2(labels, seed=0):
    """The second protocol of CIFAR-10: 10,000 queries, and the rest trained and searched.

    1,000 queries of each class, drawn from all 60,000; the model has seen the labels of
    every item in the database, so that scores are some fifteen points above those of
    `cifar10_p1`. Never compare the two. Arguments and errors are those of `cifar10_p1`.

    >>> cifar10_p2(np.arange(60_000) % 10)
    HashingSplit(query=10000, training=50000, database=50000)
    """
    _check_cifar10(labels)
    return hashing_split(labels, 1000, training_in_database=True, seed=seed)


def unseen_split(
    labels, unseen, queries, training=None, *, training_in_database=False, seed=0
):
    """Holds out classes, and draws queries and databases of seen and unseen ones apart.

    Choose it where a system will meet classes that it was not trained on: methods that
    are best at seen classes may be the worst there, and the other way round.

    Args:
        labels: (items,) one label each, of any type.
        unseen: how many classes to hold out, which share of them, or which labels, as
            in `tfmetric.data.split_classes`.
        queries: queries drawn from each class, seen or not.
        training: training items drawn from each seen class, None for all no query.
        training_in_database: whether the training items are searched too.
        seed: whole number >= 0; of the draws.

    Returns:
        UnseenSplit; its `cases()` are scored one by one.

    Raises:
        ValueError: a class too small for that, or no class on one side.

    Reference: the seen and unseen queries of https://github.com/aassxun/DSH_Analysis,
    which holds out 5 % of the classes.

    Example: two classes seen, one not, of four items each.

        >>> split = unseen_split(np.arange(12) % 3, [2], 1, 2)
        >>> split
        UnseenSplit(training=4, seen_query=2, unseen_query=1, seen_database=2, \
unseen_database=3)
        >>> {name: len(database) for name, (_, database) in split.cases().items()}
        {'seen@seen': 2, 'seen@all': 5, 'unseen@unseen': 3, 'unseen@all': 5}
    """
    labels = as_labels(labels, len(labels), "labels")
    seen, unseen = split_classes(labels, unseen, seed)
    known = hashing_split(
        labels[seen],
        queries,
        training,
        training_in_database=training_in_database,
        seed=seed,
    )
    new = hashing_split(labels[unseen], queries, training_in_database=True, seed=seed)
    return UnseenSplit(
        training=seen[known.training],
        seen_query=seen[known.query],
        unseen_query=unseen[new.query],
        seen_database=seen[known.database],
        unseen_database=unseen[new.database],
    )


def _with_sizes(split):
    sizes = ", ".join(f"{name}={len(items)}" for name, items in vars(split).items())
    return f"{type(split).__name__}({sizes})"


def _shuffled_ranks(groups, seed):
    """Place of each item within its class, shuffled."""
    order = np.random.default_rng(seed).permutation(len(groups.class_of))
    order = order[np.argsort(groups.class_of[order], kind="stable")]
    place = np.empty_like(groups.rank)
    place[order] = groups.rank[groups.members]
    return place


def _check_cifar10(labels):
    counts = group(labels).counts.tolist()
    if counts != 10 * [6000]:
        raise ValueError(
            "Expected the labels of all 60,000 images of CIFAR-10, ten classes of 6,000. "
            f"Received: {len(counts)} classes of {min(counts)} to {max(counts)} items"
        )
