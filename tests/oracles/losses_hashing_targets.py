"""Losses against fixed codes, and of bits, as loops from their formulas.

Classes are lists, one for each example; targets are rows of -1 and +1.
"""

import math


def cosine(a, b):
    lengths = math.dist(a, [0] * len(a)) * math.dist(b, [0] * len(b))
    return sum(x * y for x, y in zip(a, b, strict=True)) / lengths


def orthohash(classes, values, targets, margin=0.2, scale=None):
    rows = []
    for own, u in zip(classes, values, strict=True):
        s = math.sqrt(len(u)) if scale is None else scale
        logits = [
            s * (cosine(u, code) - (margin if j in own else 0))
            for j, code in enumerate(targets)
        ]
        total = sum(math.exp(z) for z in logits)
        each = [-math.log(math.exp(logits[y]) / total) for y in own]
        rows.append(sum(each) / len(each))
    return rows
