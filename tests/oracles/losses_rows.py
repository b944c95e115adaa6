"""Losses that compare anchors with single examples, as loops in float64.

The first `anchors` examples are anchors, all of them by default; the others are compared
with, as a memory is.
"""

import math

import numpy as np
from oracles import distances
from oracles.losses import hinge, rows_of
from oracles.miners import negatives, positives


def cosines(x):
    d = distances.matrix("cosine", x)
    return [[1 - value for value in row] for row in d]


def products(x):
    return [[sum(u * v for u, v in zip(a, b, strict=True)) for b in x] for a in x]


def averaged(rows, labels, average):
    """A value per anchor such that the mean of all is the mean over those that count."""
    batch = len(rows)
    counted = {
        "all": batch,
        "active": sum(1 for row in rows if row > 0),
        "anchors": sum(1 for a in range(batch) if positives(labels, a)),
    }[average]
    return np.array([row * batch / counted for row in rows])


def multi_similarity(labels, x, alpha=2, beta=50, base=0.5, average="all", anchors=None):
    s, rows = cosines(x), []
    for a in range(anchors or len(x)):
        pull = sum(math.exp(-alpha * (s[a][p] - base)) for p in positives(labels, a))
        push = sum(math.exp(beta * (s[a][n] - base)) for n in negatives(labels, a))
        rows.append(math.log(1 + pull) / alpha + math.log(1 + push) / beta)
    return averaged(rows, labels, average)


def supcon(labels, x, temperature=0.1, average="active", anchors=None):
    s, rows = cosines(x), []
    for a in range(anchors or len(x)):
        others = [k for k in range(len(x)) if k != a]
        everyone = sum(math.exp(s[a][k] / temperature) for k in others)
        terms = [
            -math.log(math.exp(s[a][p] / temperature) / everyone)
            for p in positives(labels, a)
        ]
        rows.append(sum(terms) / len(terms) if terms else 0.0)
    return averaged(rows, labels, average)


def circle(
    labels, x, margin=0.4, scale=80, average="active", anchors=None, weights_of=None
):
    """The weights are those of the points `weights_of`, which defaults to `x`."""
    s, rows = cosines(x), []
    held = s if weights_of is None else cosines(weights_of)
    for a in range(anchors or len(x)):
        pull = sum(
            math.exp(-scale * hinge(1 + margin - held[a][p]) * (s[a][p] - (1 - margin)))
            for p in positives(labels, a)
        )
        push = sum(
            math.exp(scale * hinge(held[a][n] + margin) * (s[a][n] - margin))
            for n in negatives(labels, a)
        )
        rows.append(math.log1p(pull * push))
    return averaged(rows, labels, average)


def tuplet_margin(labels, x, margin=0.1, scale=64, average="all", anchors=None):
    s, terms = cosines(x), []
    anchors = anchors or len(x)
    for a in range(anchors):
        for p in positives(labels, a):
            nearer = math.cos(math.acos(min(1.0, s[a][p])) - margin)
            wrong = sum(math.exp(scale * (s[a][n] - nearer)) for n in negatives(labels, a))
            terms.append((a, math.log1p(wrong)))
    return rows_of(terms, anchors, average)


def intra_pair_variance(
    labels,
    x,
    positive_epsilon=0.01,
    negative_epsilon=0.01,
    average="all",
    anchors=None,
):
    s, anchors = cosines(x), anchors or len(x)
    pull = [(a, s[a][p]) for a in range(anchors) for p in positives(labels, a)]
    push = [(a, s[a][n]) for a in range(anchors) for n in negatives(labels, a)]
    least = (1 - positive_epsilon) * sum(value for _, value in pull) / len(pull)
    most = (1 + negative_epsilon) * sum(value for _, value in push) / len(push)
    pull = [(a, hinge(least - value) ** 2) for a, value in pull]
    push = [(a, hinge(value - most) ** 2) for a, value in push]
    return rows_of(pull, anchors, average) + rows_of(push, anchors, average)


def nca(labels, x, scale=1, distance="squared_euclidean", average="anchors", anchors=None):
    d, rows = distances.matrix(distance, x), []
    for a in range(anchors or len(x)):
        right = sum(math.exp(-scale * d[a][p]) for p in positives(labels, a))
        every = sum(math.exp(-scale * d[a][k]) for k in range(len(x)) if k != a)
        rows.append(-math.log(right / every) if right else 0.0)
    return averaged(rows, labels, average)


def soft_nearest_neighbor(
    labels, x, temperature=1, distance="squared_euclidean", average="all", anchors=None
):
    return nca(labels, x, 1 / temperature, distance, average, anchors)


def instance(labels, x, scale=64, anchors=None):
    s, rows = cosines(x), []
    for a in range(anchors or len(x)):
        others = sum(math.exp(scale * s[a][n]) for n in negatives(labels, a))
        rows.append(-math.log(math.exp(scale) / (math.exp(scale) + others)))
    return np.array(rows)


def decoupled_contrastive(labels, x, temperature=0.1, average="all", anchors=None):
    s, terms = cosines(x), []
    anchors = anchors or len(x)
    for a in range(anchors):
        wrong = sum(math.exp(s[a][n] / temperature) for n in negatives(labels, a))
        terms += [
            (a, -s[a][p] / temperature + math.log(wrong))
            for p in positives(labels, a)
            if wrong
        ]
    return rows_of(terms, anchors, average)


def generalized_lifted_structure(
    labels, x, margin=1, distance="euclidean", average="all", anchors=None
):
    d, rows = distances.matrix(distance, x), []
    for a in range(anchors or len(x)):
        pull = sum(math.exp(d[a][p]) for p in positives(labels, a))
        push = sum(math.exp(margin - d[a][n]) for n in negatives(labels, a))
        rows.append(hinge(math.log(pull) + math.log(push)) if pull and push else 0.0)
    return averaged(rows, labels, average)


def npair_multilabel(labels, x):
    """`labels` are sets of classes."""
    s, rows = products(x), []
    for a, own in enumerate(labels):
        shared = [len(own & other) for other in labels]
        every = sum(math.exp(value) for value in s[a])
        terms = [
            -count / sum(shared) * math.log(math.exp(value) / every)
            for count, value in zip(shared, s[a], strict=True)
            if count
        ]
        rows.append(sum(terms))
    return np.array(rows)


def info_nce(labels, x, temperature=0.05, symmetric=False):
    queries, targets = [row[0] for row in x], [row[1] for row in x]

    def one_way(queries, targets):
        d, rows = distances.matrix("cosine", queries, targets), []
        for i in range(len(d)):
            right = math.exp((1 - d[i][i]) / temperature)
            wrong = sum(math.exp((1 - d[i][j]) / temperature) for j in negatives(labels, i))
            rows.append(-math.log(right / (right + wrong)))
        return np.array(rows)

    there = one_way(queries, targets)
    return (there + one_way(targets, queries)) / 2 if symmetric else there
