"""Distances as loops over float64 numbers, from their definitions."""

import math


def squared_euclidean(a, b):
    return sum((x - y) ** 2 for x, y in zip(a, b, strict=True))


def euclidean(a, b):
    return math.sqrt(squared_euclidean(a, b))


def manhattan(a, b):
    return sum(abs(x - y) for x, y in zip(a, b, strict=True))


def cosine(a, b):
    lengths = math.sqrt(sum(x * x for x in a)) * math.sqrt(sum(y * y for y in b))
    if lengths == 0:
        return 1.0
    return 1 - sum(x * y for x, y in zip(a, b, strict=True)) / lengths


def pearson(a, b):
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    return cosine([x - mean_a for x in a], [y - mean_b for y in b])


def angular(a, b):
    return math.acos(min(1.0, max(-1.0, 1 - cosine(a, b))))


def dot_product(a, b):
    return -sum(x * y for x, y in zip(a, b, strict=True))


def hamming(a, b):
    return sum((x > 0) != (y > 0) for x, y in zip(a, b, strict=True))


def lp_of_3(a, b):
    return sum(abs(x - y) ** 3 for x, y in zip(a, b, strict=True)) ** (1 / 3)


def variance(a):
    mean = sum(a) / len(a)
    return sum((x - mean) ** 2 for x in a) / len(a)


def snr(a, b):
    if variance(a) == 0:
        return 1.0
    return variance([x - y for x, y in zip(a, b, strict=True)]) / variance(a)


# Distances that are symmetric, at least zero, and have a gradient: those of any loss.
DISTANCES = {
    "cosine": cosine,
    "euclidean": euclidean,
    "manhattan": manhattan,
    "pearson": pearson,
    "squared_euclidean": squared_euclidean,
}

EVERY_DISTANCE = {
    **DISTANCES,
    "angular": angular,
    "dot_product": dot_product,
    "hamming": hamming,
    "lp": lp_of_3,
    "snr": snr,
}


def matrix(name, a, b=None):
    """List of lists: `[i][j]` is the distance from row i of `a` to row j of `b`."""
    a = [[float(x) for x in row] for row in a]
    b = a if b is None else [[float(x) for x in row] for row in b]
    return [[EVERY_DISTANCE[name](x, y) for y in b] for x in a]


def jaccard(a, b):
    members = {*a, *b}
    shared = sum(member in a and member in b for member in members)
    return 1 - shared / len(members)


def counts_cosine(a, b):
    words = [*{*a, *b}]
    return cosine([a.count(word) for word in words], [b.count(word) for word in words])


def edits(a, b):
    """Levenshtein's recursion on the first letters."""
    if not a or not b:
        return len(a) + len(b)
    replaced = edits(a[1:], b[1:]) + (a[0] != b[0])
    return min(replaced, edits(a[1:], b) + 1, edits(a, b[1:]) + 1)
