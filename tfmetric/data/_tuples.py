"""Pairs, triplets and quadruplets as index arrays, drawn from labels at random.

All of them take time O(N log N) and memory O(N) in the number of labels, and return
int64 indices, shuffled: `images[first], images[second]` is ready for `fit`.
"""

import numpy as np

from tfmetric.data._labels import group


def make_pairs(labels, *, seed=0):
    """Draws as many pairs of one class as pairs of two classes, using every example.

    Choose it for a Siamese network with contrastive or cross-entropy loss. Each example
    is the first of a pair of two classes and, if it has company in its class, the first
    of a pair of one class. For each example that has none, a random one with company is
    the first once more, so that the two kinds are equally many.

    Args:
        labels: (items,) labels of any type.
        seed: whole number >= 0.

    Returns:
        (first, second, same): three int64 arrays of 2 · items; `same` is 1 where the
        two labels are equal and 0 where they are not.

    Raises:
        ValueError: only one class, or no class of two.

    >>> first, second, same = make_pairs([0, 0, 1, 1])
    >>> len(first), int(same.sum())
    (8, 4)
    """
    groups = _checked_groups(labels, least_classes=2)
    generator = np.random.default_rng(seed)
    everyone = np.arange(len(groups.class_of))
    company = _with_company(groups)
    lonely = len(everyone) - len(company)
    again = np.resize(generator.permutation(company), lonely)
    first = np.concatenate([company, again])
    second = _class_mates(groups, first, generator)
    outsiders = _outsiders(groups, everyone, generator)
    order = generator.permutation(2 * len(everyone))
    return (
        np.concatenate([first, everyone])[order],
        np.concatenate([second, outsiders])[order],
        np.repeat([1, 0], len(everyone))[order],
    )


def make_triplets(labels, *, seed=0):
    """Draws a triplet for each example that has company in its class.

    Choose it for a triplet network that takes three inputs. Mining within P×K batches
    (`balanced_batches` and a batch loss) learns faster: it sees all triplets of a batch.

    Args:
        labels: (items,) labels of any type.
        seed: whole number >= 0.

    Returns:
        (anchor, positive, negative): three int64 arrays, one triplet for each example
        whose class has two or more. Anchor and positive are different examples of one
        class, the negative is any example of another.

    Raises:
        ValueError: only one class, or no class of two.

    >>> anchor, positive, negative = make_triplets(["a", "b", "a"])
    >>> sorted(zip(anchor.tolist(), positive.tolist(), negative.tolist()))
    [(0, 2, 1), (2, 0, 1)]
    """
    groups = _checked_groups(labels, least_classes=2)
    generator = np.random.default_rng(seed)
    anchor = generator.permutation(_with_company(groups))
    positive = _class_mates(groups, anchor, generator)
    return anchor, positive, _outsiders(groups, anchor, generator)


def make_quadruplets(labels, *, seed=0):
    """Draws a triplet and a second negative, of a third class, for each example.

    Choose it for a quadruplet network: the second term of its loss holds the positive
    pair against the pair of the two negatives.

    Args:
        labels: (items,) labels of any type.
        seed: whole number >= 0.

    Returns:
        (anchor, positive, negative_1, negative_2): four int64 arrays, one quadruplet for
        each example whose class has two or more; three classes meet in each.

    Raises:
        ValueError: fewer than three classes, or no class of two.

    >>> quadruplets = make_quadruplets(["a", "b", "a", "c"])
    >>> anchor, positive, negative_1, negative_2 = quadruplets
    >>> sorted(anchor.tolist()), sorted({*negative_1.tolist(), *negative_2.tolist()})
    ([0, 2], [1, 3])
    """
    groups = _checked_groups(labels, least_classes=3)
    generator = np.random.default_rng(seed)
    anchor = generator.permutation(_with_company(groups))
    positive = _class_mates(groups, anchor, generator)
    negative_1 = _outsiders(groups, anchor, generator)
    return (
        anchor,
        positive,
        negative_1,
        _third_class(groups, anchor, negative_1, generator),
    )


def _checked_groups(labels, least_classes):
    groups = group(labels)
    if len(groups.classes) < least_classes:
        raise ValueError(
            f"Expected labels of at least {least_classes} classes. "
            f"Received: {len(groups.classes)}"
        )
    if groups.counts.max() < 2:
        raise ValueError(
            "Expected a class with at least 2 examples. Received: all labels distinct"
        )
    return groups


def _with_company(groups):
    return np.flatnonzero(groups.counts[groups.class_of] > 1)


def _class_mates(groups, examples, generator):
    """For each example another of its class, each equally likely."""
    own = groups.class_of[examples]
    step = generator.integers(1, groups.counts[own])
    place = (groups.rank[examples] + step) % groups.counts[own]
    return groups.members[groups.starts[own] + place]


def _outsiders(groups, examples, generator):
    """For each example one of another class, each equally likely."""
    own = groups.class_of[examples]
    items = len(groups.class_of)
    place = generator.integers(0, items - groups.counts[own])
    place += np.where(place >= groups.starts[own], groups.counts[own], 0)
    return groups.members[place]


def _third_class(groups, first, second, generator):
    """For each pair of two classes one of a third, each equally likely."""
    pair = np.sort([groups.class_of[first], groups.class_of[second]], axis=0)
    place = generator.integers(0, len(groups.class_of) - groups.counts[pair].sum(axis=0))
    for own in pair:  # step over the earlier class, then over the later
        place += np.where(place >= groups.starts[own], groups.counts[own], 0)
    return groups.members[place]
