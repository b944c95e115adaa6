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


def vote(own, targets, ties):
    sums = [sum(bits) for bits in zip(*(targets[y] for y in own), strict=True)]
    return [t if s == 0 else math.copysign(1, s) for s, t in zip(sums, ties, strict=True)]


def csq(classes, values, targets, ties, penalty_weight=0.05):
    rows = []
    for own, u in zip(classes, values, strict=True):
        total = 0.0
        for x, c in zip(u, vote(own, targets, ties), strict=True):
            probability, wanted = (math.tanh(x) + 1) / 2, (c + 1) / 2
            total -= wanted * math.log(probability)
            total -= (1 - wanted) * math.log(1 - probability)
            total += penalty_weight * (abs(math.tanh(x)) - 1) ** 2
        rows.append(total / len(u))
    return rows


def dpn(classes, values, targets, ties, margin=1.0):
    rows = []
    for own, u in zip(classes, values, strict=True):
        code = vote(own, targets, ties)
        hinges = [max(margin - x * c, 0) for x, c in zip(u, code, strict=True)]
        rows.append(sum(hinges) / len(u))
    return rows


def bit_balance(values):
    columns = [[math.tanh(x) for x in column] for column in zip(*values, strict=True)]
    means = [sum(column) / len(column) for column in columns]
    return [sum(m**2 for m in means) / len(means)] * len(values)


def bit_decorrelation(values):
    columns = [[math.tanh(x) for x in column] for column in zip(*values, strict=True)]
    total = 0.0
    for k, a in enumerate(columns):
        for j, b in enumerate(columns):
            product = sum(x * y for x, y in zip(a, b, strict=True)) / len(a)
            total += (product - (k == j)) ** 2
    return [total / len(columns)] * len(values)


def similarity_preserving(features, values):
    rows = []
    for i, (x, b) in enumerate(zip(features, values, strict=True)):
        gaps = [
            (cosine(b, values[j]) - cosine(x, features[j])) ** 2
            for j in range(len(values))
            if j != i
        ]
        rows.append(sum(gaps) / len(gaps))
    return rows
