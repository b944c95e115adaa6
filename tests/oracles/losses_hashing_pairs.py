"""Losses on pairs, triplets and rankings of code values, as loops in float64.

The first `anchors` examples are anchors, all of them by default; the others are compared
with, as a memory is.
"""

import math

import numpy as np
from oracles import miners
from oracles.losses import hinge, rows_of, rows_of_anchors
from oracles.losses_ranking import pairs_of, soft_bins
from scipy.special import digamma


def quantization(values, norm="l2", scale=10.0):
    """What `norm` makes of the bits' ways to the nearer of -1 and +1."""
    return np.array([NORMS[norm](row, scale) for row in values])


def mean_way(measure):
    """The mean over bits of a measure of the way to the nearer of -1 and +1."""
    return lambda u, scale: sum(measure(min(abs(v - 1), abs(v + 1))) for v in u) / len(u)


def cosine(a, b):
    return np.dot(a, b) / math.sqrt(np.dot(a, a) * np.dot(b, b))


def cosine_to_signs(u, scale):
    return 1 - cosine(u, [1 if v > 0 else -1 for v in u])


NORMS = {
    "l1": mean_way(abs),
    "l2": mean_way(lambda way: way**2),
    "cubic": mean_way(lambda way: way**3),
    "log_cosh": mean_way(lambda way: math.log(math.cosh(way))),
    "cosine": cosine_to_signs,
    "cauchy": lambda u, scale: math.log(1 + scale * cosine_to_signs(u, scale) / 2),
}


def relaxed(x, continuation):
    return np.array(x) if continuation is None else np.tanh(continuation * np.array(x))


def penalties(h, penalty, weight, scale=10.0):
    return weight * quantization(h, penalty, scale) if penalty else np.zeros(len(h))


def pairwise_likelihood(
    labels,
    x,
    likelihood="logistic",
    scale=10.0,
    class_balance=True,
    continuation=1.0,
    penalty=None,
    penalty_weight=0.1,
    anchors=None,
):
    """ "cauchy" with the probabilities γ / (γ + d) and d / (γ + d) of the paper."""
    h, anchors = relaxed(x, continuation), anchors or len(x)
    bits = len(h[0])

    def similar(i, j):
        if likelihood == "logistic":
            return 1 / (1 + math.exp(-scale * np.dot(h[i], h[j]) / bits))
        d, gamma = bits / 2 * (1 - cosine(h[i], h[j])), bits / scale
        return gamma / (gamma + d)

    near, far = pairs_of(labels, anchors)
    pull = [(i, -math.log(similar(i, j))) for i, j in near]
    push = [(i, -math.log(1 - similar(i, j))) for i, j in far]
    if class_balance:
        rows = rows_of(pull, anchors) + rows_of(push, anchors)
    else:
        rows = rows_of(pull + push, anchors)
    return rows + penalties(h[:anchors], penalty, penalty_weight, scale)


def products(queries, items):
    """Mean products of bits."""
    return np.array([[np.dot(a, b) / len(a) for b in items] for a in queries])


def triplets(labels, anchors):
    return [
        (a, p, n)
        for a in range(anchors)
        for p in miners.positives(labels, a)
        for n in miners.negatives(labels, a)
    ]


def dtsh(labels, x, margin=1.0, scale=10.0, penalty="l2", penalty_weight=1.0, anchors=None):
    s, anchors = products(x, x), anchors or len(x)
    terms = [
        (a, math.log(1 + math.exp(scale * (margin + s[a, n] - s[a, p]))))
        for a, p, n in triplets(labels, anchors)
    ]
    return rows_of(terms, anchors) + penalties(x[:anchors], penalty, penalty_weight)


def dsh(labels, x, margin=2.0, penalty="l1", penalty_weight=0.02, anchors=None):
    anchors = anchors or len(x)

    def d(i, j):
        return sum((x[i] - x[j]) ** 2) / len(x[i])

    near, far = pairs_of(labels, anchors)
    terms = [(i, d(i, j) / 2) for i, j in near]
    terms += [(i, hinge(margin - d(i, j)) / 2) for i, j in far]
    return rows_of(terms, anchors) + penalties(x[:anchors], penalty, penalty_weight)


def idhn(labels, x, scale=5.0, soft_weight=5.0, penalty="l1", penalty_weight=0.1):
    """Of ids, or of multi-hot rows."""
    if np.ndim(labels) == 1:
        labels = np.eye(max(labels) + 1)[labels]
    h = np.array([[v / (1 + abs(v)) for v in u] for u in x])
    s, terms = products(h, h), []
    for i in range(len(x)):
        for j in range(len(x)):
            common = sum(a * b for a, b in zip(labels[i], labels[j], strict=True))
            if i == j:
                continue
            if common == 0:
                value = math.log(1 + math.exp(scale * s[i, j]))
            elif list(labels[i]) == list(labels[j]):
                value = math.log(1 + math.exp(-scale * s[i, j]))
            else:
                gap = (s[i, j] + 1) / 2 - cosine(labels[i], labels[j])
                value = soft_weight * gap**2
            terms.append((i, value))
    return rows_of(terms, len(x)) + penalties(h, penalty, penalty_weight)


def tie_aware_ap(labels, x, continuation=1.0, anchors=None):
    """The closed form with one sum of reciprocals for each distance."""
    h, anchors, terms = relaxed(x, continuation), anchors or len(x), []
    bits = len(h[0])

    def histogram(a, others):
        nodes = [soft_bins((bits - h[a] @ h[j]) / 2, 0, bits, bits) for j in others]
        return sum(nodes, np.zeros(bits + 1))

    for a in range(anchors):
        near, far = miners.positives(labels, a), miners.negatives(labels, a)
        hits = histogram(a, near)
        sizes, before, hits_before, precision = hits + histogram(a, far), 0.0, 0.0, 0.0
        for hit, size in zip(hits, sizes, strict=True):
            if size > 0:
                sums = digamma(before + size + 1) - digamma(before + 1)
                places = size - (before + 1) * sums
                spread = (hit - 1) / (size - 1) * places if size != 1 else 0.0
                precision += hit / size * ((hits_before + 1) * sums + spread)
            before, hits_before = before + size, hits_before + hit
        if near:
            terms.append((a, 1 - precision / len(near)))
    return rows_of_anchors(terms, anchors)


def binary_passage_retriever(
    labels,
    x,
    scale=10.0,
    margin=0.1,
    candidate_weight=1.0,
    continuation=1.0,
    anchors=None,
):
    h, anchors = relaxed(x, continuation), anchors or len(x)
    t, s = scale * products(x, h), products(h, h)
    ranked = []
    for a, p in pairs_of(labels, anchors)[0]:
        wrong = sum(math.exp(t[a, n]) for n in miners.negatives(labels, a))
        ranked.append((a, -math.log(math.exp(t[a, p]) / (math.exp(t[a, p]) + wrong))))
    found = [
        (a, hinge(s[a, n] - s[a, p] + margin)) for a, p, n in triplets(labels, anchors)
    ]
    return rows_of(ranked, anchors) + candidate_weight * rows_of(found, anchors)
