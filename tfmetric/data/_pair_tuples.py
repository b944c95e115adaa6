"""Pairs, triplets and quadruplets drawn from lists of judged pairs.

The anchor is the first item of a match, its positive the second. Negatives are items that
are the second of some pair: of questions and answers, an answer stands against an answer.
Where the order within a pair means nothing, as with two photographs, append the list the
other way round: `numpy.concatenate([first, second]), numpy.concatenate([second, first])`.

All positions are those in one array of items, so answers are counted on after questions:
`second + len(questions)`. `labels_from_pairs` says how to get positions from names, and
what to do with scores. An item listed as a match of itself is kept: with augmentation its
two images differ; leave such pairs out by `first != second`.
"""

import numpy as np

from tfmetric._core._checks import check_count
from tfmetric.data._draws import outsiders, rounds, seeded, third_class
from tfmetric.data._labels import group
from tfmetric.data._pair_lists import as_pairs, components


def balance_pairs(first, second, same=None, *, seed=0):
    """Fills up a list of pairs until as many match as do not.

    Choose it for a Siamese network where most pairs, or all, are matches, or few are. Of
    the listed pairs none is left out. Missing pairs that do not match are the first
    items of random matches with seconds that matches do not connect with them; missing
    matches are listed ones once more.

    Args:
        first, second: (pairs,) positions of the items of each pair, from 0.
        same: (pairs,) 1 or True where the two match, 0 or False where they do not; None
            if all match.
        seed: whole number >= 0.

    Returns:
        (first, second, same): three int64 arrays, shuffled; `same` is 1 or 0.

    Raises:
        ValueError: bad input, no match, or matches connect an item with every second.

    >>> first, second, same = balance_pairs([0, 2], [1, 3])
    >>> sorted(zip(first.tolist(), second.tolist(), same.tolist()))
    [(0, 1, 1), (0, 3, 0), (2, 1, 0), (2, 3, 1)]
    """
    generator = seeded(seed)
    matches, others, pool = _read(first, second, same)
    short = matches.shape[1] - others.shape[1]
    rows, _ = rounds(np.arange(matches.shape[1]), abs(short), generator)
    more = matches[:, rows]
    if short > 0:
        others = np.hstack([others, [more[0], pool.strangers(more[1], generator)]])
    else:
        matches = np.hstack([matches, more])
    half = matches.shape[1]
    order = generator.permutation(2 * half)
    first, second = np.hstack([matches, others])[:, order]
    return first, second, np.repeat([1, 0], half)[order]


def triplets_from_pairs(first, second, same=None, *, per_match=1, seed=0):
    """Draws triplets whose positives are the matches of a list.

    Choose it for a triplet network on pairs: question and answer, a text and its
    paraphrase, two photographs of one face. The negatives are those listed as no match
    of the anchor, by turns, where there are any; for other anchors a random second that
    matches do not connect with it.

    Args:
        first, second: (pairs,) positions of the items of each pair, from 0.
        same: (pairs,) 1 or True where the two match, 0 or False where they do not; None
            if all match.
        per_match: triplets to a match.
        seed: whole number >= 0.

    Returns:
        (anchor, positive, negative): three int64 arrays, `per_match` triplets for each
        match, shuffled.

    Raises:
        ValueError: bad input, no match, a pair listed as both, or matches connect an
            anchor with every second.

    Cost: O(P log P) for P pairs and O(M log M) for M triplets; memory O(items + P + M).

    >>> anchor, positive, negative = triplets_from_pairs([0, 0, 2], [1, 4, 3], [1, 0, 1])
    >>> sorted(zip(anchor.tolist(), positive.tolist(), negative.tolist()))[0]
    (0, 1, 4)
    """
    generator = seeded(seed)
    matches, others, pool = _read(first, second, same)
    anchor, positive = _repeat(matches, per_match, generator)
    return anchor, positive, _negatives(anchor, positive, others, pool, generator)


def quadruplets_from_pairs(first, second, same=None, *, per_match=1, seed=0):
    """Draws triplets from a list of pairs, and a second negative from elsewhere.

    Choose it for a quadruplet network on pairs. The first three are those of
    `triplets_from_pairs`; the last is a random second that matches connect neither with
    the anchor nor with the first negative.

    Args:
        first, second: (pairs,) positions of the items of each pair, from 0.
        same: (pairs,) 1 or True where the two match, 0 or False where they do not; None
            if all match.
        per_match: quadruplets to a match.
        seed: whole number >= 0.

    Returns:
        (anchor, positive, negative_1, negative_2): four int64 arrays, `per_match`
        quadruplets for each match, shuffled.

    Raises:
        ValueError: as `triplets_from_pairs`, or matches connect every second with an
            anchor or with its negative.

    >>> quadruplets = quadruplets_from_pairs([0, 0, 2], [1, 4, 3], [1, 0, 1])
    >>> sorted(np.transpose(quadruplets).tolist())[0]
    [0, 1, 4, 3]
    """
    generator = seeded(seed)
    matches, others, pool = _read(first, second, same)
    anchor, positive = _repeat(matches, per_match, generator)
    negative = _negatives(anchor, positive, others, pool, generator)
    return anchor, positive, negative, pool.third_parties(positive, negative, generator)


class _Pool:
    """The seconds of a list, by the class that matches make."""

    def __init__(self, pairs):
        self.items = np.unique(pairs.second)
        self.groups = group(components(pairs)[self.items])

    def strangers(self, items, generator):
        """For each item of the pool one unconnected with it."""
        places = self._places(items)
        self._check_left(items, self.groups.counts[self.groups.class_of[places]])
        return self.items[outsiders(self.groups, places, generator)]

    def third_parties(self, items, others, generator):
        """For each two items of the pool one unconnected with both."""
        places = self._places(items), self._places(others)
        own = np.sort([self.groups.class_of[place] for place in places], axis=0)
        counts = self.groups.counts[own]
        self._check_left(items, counts[0] + counts[1] * (own[0] != own[1]))
        return self.items[third_class(self.groups, *places, generator)]

    def _places(self, items):
        return np.searchsorted(self.items, items)

    def _check_left(self, items, counts):
        full = counts == len(self.items)
        if full.any():
            raise ValueError(
                "Expected a second item that matches do not connect with the others of "
                f"its tuple. Received: none for the match with {items[full.argmax()]}, "
                f"and {full.sum()} like it"
            )


def _read(first, second, same):
    """Matches and others, (2, pairs) each, and the pool of negatives."""
    pairs = as_pairs(first, second, same)
    columns = np.array([pairs.first, pairs.second])
    matches, others = columns[:, pairs.same], columns[:, ~pairs.same]
    if not matches.size:
        raise ValueError("Expected at least one pair that matches. Received: none")
    alone = others[0] == others[1]
    if alone.any():
        raise ValueError(
            "Expected an item to match itself. "
            f"Received: {alone.sum()} that do not, the first {others[0, alone.argmax()]}"
        )
    scale = 1 + pairs.second.max()
    both = np.intersect1d(*(a * scale + b for a, b in (matches, others)))
    if len(both):
        raise ValueError(
            "Expected no pair to match and not to match. Received: both for "
            f"{len(both)}, the first of items {both[0] // scale} and {both[0] % scale}"
        )
    return matches, others, _Pool(pairs)


def _repeat(matches, per_match, generator):
    """Each match `per_match` times, all of them before one comes again."""
    count = check_count(per_match, "per_match") * matches.shape[1]
    rows, _ = rounds(np.arange(matches.shape[1]), count, generator)
    return matches[:, rows]


def _negatives(anchor, positive, others, pool, generator):
    """For each anchor a listed negative, another each turn, or else a stranger."""
    counts = np.bincount(others[0], minlength=1 + anchor.max())
    listed = counts[anchor] > 0
    negative = np.empty_like(anchor)
    negative[~listed] = pool.strangers(positive[~listed], generator)
    turn = generator.integers(0, np.maximum(counts, 1))[anchor] + group(anchor).rank
    anchor, turn = anchor[listed], turn[listed]
    by_first = others[1, np.argsort(others[0], kind="stable")]
    starts = np.cumsum(counts) - counts
    negative[listed] = by_first[starts[anchor] + turn % counts[anchor]]
    return negative
