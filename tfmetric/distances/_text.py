"""Distances between texts that need no model: shared words, edits."""


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
    if isinstance(a, str) or isinstance(b, str):
        raise ValueError(
            "Expected two collections of words, as text.split() gives them. "
            f"Received: {a!r}, {b!r}"
        )
    a, b = set(a), set(b)
    return 1 - len(a & b) / len(a | b) if a | b else 0.0


def edit_distance(a, b):
    """Least number of letters to insert, delete or replace to turn `a` into `b`.

    Levenshtein's distance, computed by rapidfuzz: `pip install "tfmetric[text]"`.

    >>> edit_distance("kitten", "sitting")
    3
    """
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(a, b)
