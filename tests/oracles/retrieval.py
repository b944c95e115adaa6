"""Nearest neighbours as loops over one pair at a time, in float64."""

import math


def measure(a, b, kind):
    """Distance between two vectors as an index gives it."""
    a, b = [float(x) for x in a], [float(x) for x in b]
    squared = sum((x - y) ** 2 for x, y in zip(a, b, strict=True))
    if kind == "cosine":
        lengths = math.sqrt(sum(x * x for x in a)) * math.sqrt(sum(y * y for y in b))
        return 1 - sum(x * y for x, y in zip(a, b, strict=True)) / lengths
    return math.sqrt(squared) if kind == "euclidean" else squared


def hamming(a, b):
    return sum((int(x) ^ int(y)).bit_count() for x, y in zip(a, b, strict=True))


def asymmetric(values, code):
    """Absolute values of the bits in which the signs of values disagree with a code."""
    bits = [(int(byte) >> (7 - i)) & 1 for byte in code for i in range(8)]
    pairs = zip(values, bits, strict=False)  # the last byte may have bits that fill it
    return sum(abs(float(v)) for v, bit in pairs if (v > 0) != bool(bit))


def nearest(queries, items, ids, k, distance):
    """For each query its k nearest as (distance, id), equals in the order of items."""
    found = []
    for query in queries:
        ranked = sorted(
            (distance(query, item), position) for position, item in enumerate(items)
        )
        found.append([(value, ids[position]) for value, position in ranked[:k]])
    return found


def two_stage(codes, vectors, item_codes, item_vectors, k, allowed, kind):
    """As `nearest`, among the items `allowed` picks out of the Hamming ranking.

    Args:
        allowed: function from a list of (bits, position), nearest first, to the
            positions to rank.
    """
    found = []
    for code, vector in zip(codes, vectors, strict=True):
        ranked = sorted((hamming(code, c), j) for j, c in enumerate(item_codes))
        positions = allowed(ranked)
        measured = sorted((measure(vector, item_vectors[j], kind), j) for j in positions)
        found.append(measured[:k])
    return found
