"""Few-shot episodes: small classification tasks drawn from labels."""

from typing import NamedTuple

import numpy as np

from tfmetric._core._checks import check_count
from tfmetric.data._labels import group
from tfmetric.data._unlabelled import known_examples


class Episodes(NamedTuple):
    """Indices of N-way K-shot tasks: way w of episode e is one class.

    Attributes:
        support: (episodes, ways, shots) int64, the examples whose class is told.
        query: (episodes, ways, queries) int64, the examples to be classified.
    """

    support: np.ndarray
    query: np.ndarray


def make_episodes(labels, ways, shots, queries, episodes, *, unlabelled=None, seed=0):
    """Draws tasks that ask which of N classes a query is of, with K examples of each.

    Choose it to measure, or to train for, how an embedding serves classes of which only
    a few examples are known. Take classes that the network was not trained on
    (`split_classes`). Each episode draws its classes, each of them equally likely
    whatever its size, and of each class its examples: none is in an episode twice.
    Classes with fewer than shots + queries examples take no part.

    Args:
        labels: (items,) labels of any type, or a mapping from class to numbers of items.
        ways: N, how many classes meet in an episode, at least 2.
        shots: K, how many examples of each class are told.
        queries: how many others of each class are asked for.
        episodes: how many tasks. The 95 % interval of a mean accuracy narrows as
            1/sqrt(episodes); 600 to 10,000 are usual.
        unlabelled: the label of examples to leave out, such as -1, "" or `numpy.nan`;
            None if there are none but labels that are None.
        seed: whole number >= 0.

    Returns:
        `Episodes` of int64 indices. `labels[support]` has one class along its last axis;
        the right answer for `query[e, w]` is way w.

    Raises:
        ValueError: a count too small, fewer than `ways` classes large enough, or
            `unlabelled` does not occur.

    Cost: O(N log N) for N labels, and O(ways + (shots + queries)²) for each way of each
        episode; 10,000 episodes of 20 ways, 5 shots and 15 queries take half a second.

    Reference: Vinyals, Blundell, Lillicrap, Kavukcuoglu and Wierstra, 2016, Matching
        Networks for One Shot Learning, arXiv:1606.04080.

    >>> labels = np.array(["a", "b", "a", "b", "c", "a", "b"])
    >>> support, query = make_episodes(labels, ways=2, shots=1, queries=2, episodes=3)
    >>> support.shape, query.shape
    ((3, 2, 1), (3, 2, 2))
    >>> bool((labels[support] == labels[query]).all())  # "c" has too few
    True
    """
    check_count(ways, "ways", least=2)
    per_class = check_count(shots, "shots") + check_count(queries, "queries")
    check_count(episodes, "episodes")
    known, names = known_examples(labels, unlabelled)
    groups = group(names)
    large = np.flatnonzero(groups.counts >= per_class)
    if len(large) < ways:
        raise ValueError(
            f"Expected at least {ways} classes with shots + queries = {per_class} "
            f"examples. Received: {len(large)} such classes of {len(groups.classes)}"
        )
    generator = np.random.default_rng(check_count(seed, "seed", least=0))
    chosen = large[_distinct(np.full(episodes, len(large)), ways, generator)].ravel()
    places = _distinct(groups.counts[chosen], per_class, generator)
    members = groups.members[groups.starts[chosen, None] + places]
    examples = known[members].reshape(episodes, ways, per_class)
    return Episodes(examples[..., :shots], examples[..., shots:])


def _distinct(sizes, count, generator):
    """For each size, `count` distinct whole numbers below it, in random order.

    R. W. Floyd's method: the i-th draw is from the first size - count + i + 1 numbers;
    if it is taken, the last of them, which was out of reach before, takes its place.
    """
    drawn = np.empty((len(sizes), count), np.int64)
    for i in range(count):
        last = sizes - count + i
        draw = generator.integers(0, last, endpoint=True)
        taken = (drawn[:, :i] == draw[:, None]).any(axis=1)
        drawn[:, i] = np.where(taken, last, draw)
    return generator.permuted(drawn, axis=1)
