"""Pairs, triplets and quadruplets as index arrays, drawn from labels at random.

All of them return int64 indices, shuffled: `images[first], images[second]` is ready for
`fit`. Time O(N log N) in the number of labels and O(M) in that of tuples, memory
O(N + M). Positives take turns: those of an anchor are all used before one comes again,
and each example is a positive as often as it is an anchor. Negatives are independent of
each other.

Where the classes of some examples are unknown, `unlabelled` is the label that says so:
these examples are in no tuple. `separate_unlabelled` makes negatives of them.
"""

import numpy as np

from tfmetric._core._checks import check_count
from tfmetric.data._draws import class_mates, outsiders, rounds, seeded, third_class
from tfmetric.data._labels import group
from tfmetric.data._unlabelled import known_examples


def make_pairs(labels, *, per_anchor=1, unlabelled=None, seed=0):
    """Draws as many pairs of one class as pairs of two classes, using every example.

    Choose it for a Siamese network with contrastive or cross-entropy loss. Each example
    is `per_anchor` times the first of a pair of two classes and, if it has company in
    its class, as often the first of a pair of one class. For each example that has none,
    a random one with company is the first once more, so that the two kinds are equally
    many.

    Args:
        labels: (items,) labels of any type, or a mapping from class to numbers of items.
        per_anchor: pairs of each kind to an example.
        unlabelled: the label of examples to leave out, such as -1, "" or `numpy.nan`;
            None if there are none but labels that are None.
        seed: whole number >= 0.

    Returns:
        (first, second, same): three int64 arrays of 2 · per_anchor · items; `same` is 1
        where the two labels are equal and 0 where they are not.

    Raises:
        ValueError: only one class, no class of two, or `unlabelled` does not occur.

    >>> first, second, same = make_pairs([0, 0, 1, 1])
    >>> len(first), int(same.sum())
    (8, 4)
    """
    check_count(per_anchor, "per_anchor")
    generator = seeded(seed)
    known, groups = _known_groups(labels, unlabelled, 2, generator)
    everyone = np.tile(np.arange(len(known)), per_anchor)
    first, turn = rounds(_with_company(groups), len(everyone), generator)
    second = class_mates(groups, first, turn)
    stranger = outsiders(groups, everyone, generator)
    order = generator.permutation(2 * len(everyone))
    return (
        known[np.concatenate([first, everyone])[order]],
        known[np.concatenate([second, stranger])[order]],
        np.repeat([1, 0], len(everyone))[order],
    )


def make_triplets(labels, *, per_anchor=1, unlabelled=None, seed=0):
    """Draws triplets for each example that has company in its class.

    Choose it for a triplet network that takes three inputs. Mining within P×K batches
    (`balanced_batches` and a batch loss) learns faster: it sees all triplets of a batch.
    `retrieval.HardTriplets` draws the negatives from the nearest.

    Args:
        labels: (items,) labels of any type, or a mapping from class to numbers of items.
        per_anchor: triplets to an anchor.
        unlabelled: the label of examples to leave out, such as -1, "" or `numpy.nan`;
            None if there are none but labels that are None.
        seed: whole number >= 0.

    Returns:
        (anchor, positive, negative): three int64 arrays, `per_anchor` triplets for each
        example whose class has two or more. Anchor and positive are different examples
        of one class, the negative is any example of another.

    Raises:
        ValueError: only one class, no class of two, or `unlabelled` does not occur.

    >>> anchor, positive, negative = make_triplets(["a", "b", "a"])
    >>> sorted(zip(anchor.tolist(), positive.tolist(), negative.tolist()))
    [(0, 2, 1), (2, 0, 1)]
    """
    generator = seeded(seed)
    known, groups = _known_groups(labels, unlabelled, 2, generator)
    anchor, positive = _positive_pairs(groups, per_anchor, generator)
    return known[anchor], known[positive], known[outsiders(groups, anchor, generator)]


def make_quadruplets(labels, *, per_anchor=1, unlabelled=None, seed=0):
    """Draws triplets and a second negative, of a third class, for each example.

    Choose it for a quadruplet network: the second term of its loss holds the positive
    pair against the pair of the two negatives.

    Args:
        labels: (items,) labels of any type, or a mapping from class to numbers of items.
        per_anchor: quadruplets to an anchor.
        unlabelled: the label of examples to leave out, such as -1, "" or `numpy.nan`;
            None if there are none but labels that are None.
        seed: whole number >= 0.

    Returns:
        (anchor, positive, negative_1, negative_2): four int64 arrays, `per_anchor`
        quadruplets for each example whose class has two or more; three classes meet in
        each.

    Raises:
        ValueError: fewer than three classes, no class of two, or `unlabelled` does not
            occur.

    >>> quadruplets = make_quadruplets(["a", "b", "a", "c"])
    >>> anchor, positive, negative_1, negative_2 = quadruplets
    >>> sorted(anchor.tolist()), sorted({*negative_1.tolist(), *negative_2.tolist()})
    ([0, 2], [1, 3])
    """
    generator = seeded(seed)
    known, groups = _known_groups(labels, unlabelled, 3, generator)
    anchor, positive = _positive_pairs(groups, per_anchor, generator)
    negative_1 = outsiders(groups, anchor, generator)
    negative_2 = third_class(groups, anchor, negative_1, generator)
    return known[anchor], known[positive], known[negative_1], known[negative_2]


def _known_groups(labels, unlabelled, least_classes, generator):
    """The examples of known class, in random order, and their places by class."""
    known, names = known_examples(labels, unlabelled)
    order = generator.permutation(len(known))
    known, groups = known[order], group(names[order])
    if len(groups.classes) < least_classes:
        raise ValueError(
            f"Expected labels of at least {least_classes} classes. "
            f"Received: {len(groups.classes)}"
        )
    if groups.counts.max() < 2:
        raise ValueError(
            "Expected a class with at least 2 examples. Received: all labels distinct"
        )
    return known, groups


def _positive_pairs(groups, per_anchor, generator):
    """Each example that has company `per_anchor` times, and another of its class."""
    company = _with_company(groups)
    count = check_count(per_anchor, "per_anchor") * len(company)
    anchor, turn = rounds(company, count, generator)
    return anchor, class_mates(groups, anchor, turn)


def _with_company(groups):
    return np.flatnonzero(groups.counts[groups.class_of] > 1)
