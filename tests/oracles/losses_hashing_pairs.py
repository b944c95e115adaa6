"""Losses on pairs, triplets and rankings of code values, as loops in float64.

The first `anchors` examples are anchors, all of them by default; the others are compared
with, as a memory is.
"""

import math

import numpy as np
from oracles.losses import rows_of
from oracles.losses_ranking import pairs_of


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
