"""Distances between texts that need no model: shared words, word counts, edits."""

from collections import Counter
from math import sqrt

import numpy as np


def jaccard_distance(a, b):
    """One minus the share of common members of two sets: 0 for equal, 1 for disjoint.

        d = 1 - |A ∩ B| / |A ∪ B|

    Args:
        a: an iterable of hashable members; for texts, their words: `text.split()`.
        b: likewise. Two empty sets are equal.

    Raises:
        ValueError: a string, whose members would be its letters.

    >>> jaccard_distance("a red car".split(), "a blue car".split())
    0.5
    """
    _refuse_strings(a, b)
    a, b = set(a), set(b)
    return 1 - len(a & b) / len(a | b) if a | b else 0.0


def cosine_text_distance(a, b):
    """Cosine distance of word counts: 0 for equal shares of words, 1 for no common one.

        d = 1 - sum_w A[w] B[w] / (|A| |B|), where X[w] counts w in x

    Unlike `jaccard_distance` it sees how often a word stands in a text.

    Args:
        a: an iterable of hashable members; for texts, their words: `text.split()`, or
            their runs of three letters: `zip(text, text[1:], text[2:])`.
        b: likewise. Two empty texts are equal; an empty one and another are at 1.

    Raises:
        ValueError: a string, whose members would be its letters.

    >>> d = cosine_text_distance("go go stop wait".split(), "go stop stop wait".split())
    >>> round(d, 6)  # 1 - 5 / 6
    0.166667
    """
    _refuse_strings(a, b)
    a, b = Counter(a), Counter(b)
    if not a or not b:
        return 0.0 if a == b else 1.0
    common = sum(count * b[word] for word, count in a.items())
    squares = [sum(count * count for count in words.values()) for words in (a, b)]
    return max(0.0, 1 - common / sqrt(squares[0] * squares[1]))


def edit_distance(a, b):
    """Least number of letters to insert, delete or replace to turn `a` into `b`.

    Levenshtein's distance, computed by rapidfuzz: `pip install "tfmetric[text]"`.

    >>> edit_distance("kitten", "sitting")
    3
    """
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(a, b)


def text_distances(a, b=None, distance=edit_distance):
    """All distances between the texts of two lists, or of one.

    Args:
        a: list of n texts, in the form that `distance` takes.
        b: list of m texts, or None for `a` itself.
        distance: a function of two texts, such as those of this room.

    Returns:
        (n, m) float32 NumPy array.

    Cost: n·m calls; those of `edit_distance` run in rapidfuzz, on all processors.

    >>> text_distances(["cat", "cart"], ["cat", "dog"])
    array([[0., 3.],
           [1., 4.]], dtype=float32)
    """
    b = a if b is None else b
    if distance is not edit_distance:
        cells = [[distance(x, y) for y in b] for x in a]
        return np.array(cells, np.float32).reshape(len(a), len(b))
    from rapidfuzz.distance import Levenshtein
    from rapidfuzz.process import cdist

    return cdist(a, b, scorer=Levenshtein.distance, dtype=np.float32, workers=-1)


def _refuse_strings(a, b):
    if isinstance(a, str) or isinstance(b, str):
        raise ValueError(
            "Expected two collections of words, as text.split() gives them. "
            f"Received: {a!r}, {b!r}"
        )
