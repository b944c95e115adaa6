"""Random choices among the examples of classes, each for all tuples at once."""

import numpy as np

from tfmetric._core._checks import check_count


def seeded(seed):
    """A random generator."""
    return np.random.default_rng(check_count(seed, "seed", least=0))


def rounds(examples, count, generator):
    """`count` examples, all of them in random order before one comes again.

    Returns them and how often each came before.
    """
    rounds = np.tile(examples, (-(-count // len(examples)), 1))
    dealt = generator.permuted(rounds, axis=1).ravel()[:count]
    return dealt, np.arange(count) // len(examples)


def class_mates(groups, examples, turn):
    """For each example another of its class, another each turn.

    It is the one `turn` + 1 places further on in the class, so that in each turn every
    example is taken once; where members are in random order, each is equally likely.
    """
    own = groups.class_of[examples]
    step = 1 + turn % (groups.counts[own] - 1)
    place = (groups.rank[examples] + step) % groups.counts[own]
    return groups.members[groups.starts[own] + place]


def outsiders(groups, examples, generator):
    """For each example one of another class, each equally likely."""
    own = groups.class_of[examples]
    items = len(groups.class_of)
    place = generator.integers(0, items - groups.counts[own])
    place += np.where(place >= groups.starts[own], groups.counts[own], 0)
    return groups.members[place]


def third_class(groups, first, second, generator):
    """For each pair one of another class than either, each equally likely."""
    pair = np.sort([groups.class_of[first], groups.class_of[second]], axis=0)
    counts = groups.counts[pair]
    counts[1, pair[0] == pair[1]] = 0  # one class, not to be stepped over twice
    place = generator.integers(0, len(groups.class_of) - counts.sum(axis=0))
    for own, count in zip(pair, counts, strict=True):  # the earlier class comes first
        place += np.where(place >= groups.starts[own], count, 0)
    return groups.members[place]
