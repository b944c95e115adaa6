"""Losses as loops over tuples in float64, from their formulas.

A batch loss gives one value per anchor whose mean is the mean over tuples: the sum over
the anchor's tuples, times the batch, over the number of tuples that count.
"""

import math

import numpy as np
from oracles import distances
from oracles.miners import MINERS, negatives, positives


def rows_of(terms, batch, average="all"):
    """Values per anchor from (anchor, value) of every tuple; zeros without tuples."""
    if average == "anchors":
        return rows_of_anchors(terms, batch)
    counted = sum(1 for _, value in terms if average == "all" or value > 0)
    rows = np.zeros(batch)
    for anchor, value in terms:
        rows[anchor] += value * batch / counted if counted else 0.0
    return rows


def rows_of_anchors(terms, batch):
    """The mean over the tuples of each anchor; anchors without tuples do not count."""
    tuples = {a: [value for b, value in terms if b == a] for a, _ in terms}
    rows = np.zeros(batch)
    for anchor, values in tuples.items():
        rows[anchor] = sum(values) / len(values) * batch / len(tuples)
    return rows


def hinge(value):
    return max(0.0, value)


def contrastive_tuple(same, distance, margin=1.0, power=2):
    return [
        d**power if s else hinge(margin - d) ** power
        for s, d in zip(same, distance, strict=True)
    ]


def contrastive(
    labels,
    x,
    margin=1.0,
    positive_margin=0.0,
    distance="euclidean",
    power=2,
    average="all",
):
    d = distances.matrix(distance, x)
    n = len(labels)
    pull = [
        (i, hinge(d[i][j] - positive_margin) ** power)
        for i in range(n)
        for j in positives(labels, i)
    ]
    push = [
        (i, hinge(margin - d[i][j]) ** power)
        for i in range(n)
        for j in negatives(labels, i)
    ]
    return rows_of(pull, n, average) + rows_of(push, n, average)


def triplet_tuple(tuples, margin=1.0):
    return [hinge(ap - an + margin) for ap, an in tuples]


def triplet(
    labels,
    x,
    margin=0.2,
    strategy="all",
    distance="squared_euclidean",
    average="active",
    soft=False,
    swap=False,
):
    d = distances.matrix(distance, x)
    score = soft_hinge if soft else lambda gap: hinge(gap + margin)
    if swap:
        terms = swapped(labels, d, score, strategy)
    else:
        triplets = MINERS[strategy](labels, d)
        terms = [(a, score(d[a][p] - d[a][n])) for a, p, n in triplets]
    return rows_of(terms, len(labels), average)


def soft_hinge(gap):
    return math.log(1 + math.exp(gap)) if gap < 30 else gap


def swapped(labels, d, score, strategy):
    """Triplets chosen by the lesser of d(a, n) and d(p, n), and scored by it."""
    terms = []
    for a in range(len(labels)):
        mates = positives(labels, a)
        if strategy in ("hard", "easy"):
            by_distance = sorted(mates, key=lambda p: d[a][p])
            mates = by_distance[-1:] if strategy == "hard" else by_distance[:1]
        for p in mates:
            pushes = [min(d[a][n], d[p][n]) for n in negatives(labels, a)]
            if strategy in ("hard", "easy"):
                pushes = sorted(pushes)[:1]
            if strategy == "semihard" and pushes:
                beyond = [push for push in pushes if push > d[a][p]]
                pushes = [min(beyond) if beyond else max(pushes)]
            terms += [(a, score(d[a][p] - push)) for push in pushes]
    return terms


def triplet_center(labels, x, margin=0.2, distance="squared_euclidean"):
    x = np.asarray(x, np.float64)
    classes = sorted(set(labels))
    members = {
        c: [row for row, y in zip(x, labels, strict=True) if y == c] for c in classes
    }
    centers = {c: sum(rows) / len(rows) for c, rows in members.items()}
    d = distances.DISTANCES[distance]
    rows = []
    for row, label in zip(x, labels, strict=True):
        others = [d(row, centers[c]) for c in classes if c != label]
        own = d(row, centers[label])
        rows.append(hinge(own + margin - min(others)) if others else 0.0)
    return np.array(rows)


def npair(labels, x, regularization=0.0, average="all", anchors=None):
    x = np.asarray(x, np.float64)
    anchors = anchors or len(x)
    terms = []
    for a in range(anchors):
        for p in positives(labels, a):
            wrong = sum(math.exp(x[a] @ x[n] - x[a] @ x[p]) for n in negatives(labels, a))
            terms.append((a, math.log(1 + wrong)))
    lengths = np.array([a @ a for a in x[:anchors]])
    return rows_of(terms, anchors, average) + regularization * lengths


def nt_xent(labels, x, temperature=0.07, average="all"):
    x = np.asarray(x, np.float64)
    s = [[a @ b / (np.linalg.norm(a) * np.linalg.norm(b)) for b in x] for a in x]
    terms = []
    for a in range(len(labels)):
        for p in positives(labels, a):
            right = math.exp(s[a][p] / temperature)
            wrong = sum(math.exp(s[a][n] / temperature) for n in negatives(labels, a))
            terms.append((a, -math.log(right / (right + wrong))))
    return rows_of(terms, len(labels), average)


def lifted_structure(labels, x, margin=1.0, distance="euclidean", average="all"):
    d = distances.matrix(distance, x)
    terms = []
    for i in range(len(labels)):
        for j in positives(labels, i):
            wrong = sum(math.exp(margin - d[i][k]) for k in negatives(labels, i))
            wrong += sum(math.exp(margin - d[j][k]) for k in negatives(labels, j))
            value = hinge(d[i][j] + math.log(wrong)) ** 2 / 2 if wrong else 0.0
            terms.append((i, value))
    return rows_of(terms, len(labels), average)


def quadruplet_tuple(tuples, margin=1.0, second_margin=0.5):
    return [
        hinge(ap - an + margin) + hinge(ap - nn + second_margin) for ap, an, nn in tuples
    ]


def two_anchor_tuple(tuples, margin=1.0):
    values = []
    for a1a2, a1p, a1n, a2p, a2n in tuples:
        first = hinge(a1p - a1n + margin) + hinge(a1a2 - a1n + margin)
        second = hinge(a2p - a2n + margin) + hinge(a1a2 - a2n + margin)
        values.append((first / 2 + second / 2) / 2)
    return values


def quadruplets(labels, a):
    """Ordered pairs of two other classes, for anchor `a`."""
    return [
        (n1, n2)
        for n1 in negatives(labels, a)
        for n2 in negatives(labels, a)
        if labels[n1] != labels[n2]
    ]


def quadruplet(
    labels,
    x,
    margin=0.2,
    second_margin=0.1,
    strategy="all",
    distance="squared_euclidean",
    average="active",
):
    d = distances.matrix(distance, x)
    first, second = [], []
    for a in range(len(labels)):
        pulls = [d[a][p] for p in positives(labels, a)]
        pushes = [d[a][n] for n in negatives(labels, a)]
        gaps = [d[n1][n2] for n1, n2 in quadruplets(labels, a)]
        if strategy == "hard":
            pulls, pushes, gaps = sorted(pulls)[-1:], sorted(pushes)[:1], sorted(gaps)[:1]
        first += [(a, hinge(ap - an + margin)) for ap in pulls for an in pushes]
        second += [(a, hinge(ap - nn + second_margin)) for ap in pulls for nn in gaps]
    batch = len(labels)
    return rows_of(first, batch, average) + rows_of(second, batch, average)


def gradient(value, x, step=1e-6):
    """Central differences of the number `value(x)` in every entry of `x`."""
    x = np.array(x, np.float64)
    result = np.zeros_like(x)
    for entry in np.ndindex(*x.shape):
        up, down = x.copy(), x.copy()
        up[entry] += step
        down[entry] -= step
        result[entry] = (value(up) - value(down)) / (2 * step)
    return result
