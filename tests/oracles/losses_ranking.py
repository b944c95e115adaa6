"""Losses on boundaries, rankings and histograms, as loops in float64.

The first `anchors` examples are anchors, all of them by default; the others are compared
with, as a memory is. Where a loss holds weights constant, they are those of the points
`held`, which defaults to `x`.
"""

import math

import numpy as np
from oracles import distances
from oracles.losses import hinge, rows_of, rows_of_anchors
from oracles.losses_rows import cosines
from oracles.miners import negatives, positives


def pairs_of(labels, anchors):
    """Positive pairs and negative pairs of the anchors."""
    return [
        [(a, j) for a in range(anchors) for j in which(labels, a)]
        for which in (positives, negatives)
    ]


def margin(
    labels,
    x,
    margin=0.2,
    boundary=1.2,
    distance="euclidean",
    average="active",
    anchors=None,
):
    """`boundary` is one number, or one for each anchor."""
    d, anchors = distances.matrix(distance, x), anchors or len(x)
    b = np.broadcast_to(boundary, [anchors])
    near, far = pairs_of(labels, anchors)
    terms = [(a, hinge(d[a][p] - b[a] + margin)) for a, p in near]
    terms += [(a, hinge(b[a] - d[a][n] + margin)) for a, n in far]
    return rows_of(terms, anchors, average)


def learned_margin(labels, outputs, num_classes=None, regularization=0.0, **settings):
    columns = num_classes or 1
    x, boundaries = outputs[:, :-columns], outputs[:, -columns:]
    own = [boundaries[i][labels[i] if num_classes else 0] for i in range(len(x))]
    anchors = settings.get("anchors") or len(x)
    rows = margin(labels, x, boundary=own[:anchors], **settings)
    return rows + regularization * np.array(own[:anchors])


def snr_contrastive(
    labels,
    x,
    margin=1.0,
    positive_margin=0.0,
    regularization=0.0,
    average="active",
    anchors=None,
):
    anchors = anchors or len(x)

    def d(a, b):
        return np.var(np.subtract(x[a], x[b])) / np.var(x[a])

    near, far = pairs_of(labels, anchors)
    pull = [(a, hinge(d(a, p) - positive_margin)) for a, p in near]
    push = [(a, hinge(margin - d(a, n))) for a, n in far]
    offsets = np.array([abs(sum(x[a])) for a in range(anchors)])
    rows = rows_of(pull, anchors, average) + rows_of(push, anchors, average)
    return rows + regularization * offsets


def angular(labels, x, angle=40, average="all"):
    s, t, terms = cosines(x), math.tan(math.radians(angle)) ** 2, []
    for a in range(len(x)):
        for p in positives(labels, a):
            total = sum(
                math.exp(4 * t * (s[a][n] + s[p][n]) - 2 * (1 + t) * s[a][p])
                for n in negatives(labels, a)
            )
            terms.append((a, math.log(1 + total)))
    return rows_of(terms, len(x), average)


def soft_bins(value, lowest, highest, bins):
    """What one value adds to each node: a triangle one bin wide to either side."""
    width = (highest - lowest) / bins
    nodes = [lowest + i * width for i in range(bins + 1)]
    return np.array([hinge(1 - abs(value - node) / width) for node in nodes])


def histogram(labels, x, bins=100, anchors=None):
    s, anchors = cosines(x), anchors or len(x)
    near, far = pairs_of(labels, anchors)
    positive = sum(soft_bins(s[a][p], -1, 1, bins) for a, p in near) / len(near)
    terms = []
    for a, n in far:
        negative = soft_bins(s[a][n], -1, 1, bins)
        value = sum(negative[r] * sum(positive[: r + 1]) for r in range(bins + 1))
        terms.append((a, value))
    return rows_of(terms, anchors)


def fast_ap(labels, x, bins=10, anchors=None):
    s, anchors, terms = cosines(x), anchors or len(x), []
    for a in range(anchors):
        near, far = positives(labels, a), negatives(labels, a)
        right = sum((soft_bins(2 - 2 * s[a][p], 0, 4, bins) for p in near), np.zeros(1))
        wrong = sum((soft_bins(2 - 2 * s[a][n], 0, 4, bins) for n in far), np.zeros(1))
        every = np.cumsum(right + wrong)
        precision = sum(
            right[r] * sum(right[: r + 1]) / every[r]
            for r in range(bins + 1)
            if near and every[r] > 0
        )
        if near:
            terms.append((a, 1 - precision / len(near)))
    return rows_of_anchors(terms, anchors)


def sigmoid(value):
    return 1 / (1 + math.exp(-max(-700.0, value)))


def smooth_ap(labels, x, temperature=0.01, anchors=None):
    s, anchors, terms = cosines(x), anchors or len(x), []
    for a in range(anchors):
        near = positives(labels, a)

        def rank(p, others, a=a):
            steps = [sigmoid((s[a][j] - s[a][p]) / temperature) for j in others if j != p]
            return 1 + sum(steps)

        every = [j for j in range(len(x)) if j != a]
        precision = [rank(p, near) / rank(p, every) for p in near]
        if near:
            terms.append((a, 1 - sum(precision) / len(near)))
    return rows_of_anchors(terms, anchors)


PENALTIES = {
    "O": lambda r, alpha, b: r,
    "Ds": lambda r, alpha, b: math.log(1 + r),
    "Dq": lambda r, alpha, b: 1 - 1 / (1 + r) ** alpha,
    "Iu": lambda r, alpha, b: (1 + r) * math.log(1 + r),
    "Ib": lambda r, alpha, b: (b * r - math.log(1 + b * r)) / b**2,
}


def pnp(labels, x, variant="O", temperature=0.01, alpha=1, b=2, anchors=None):
    s, anchors, terms = cosines(x), anchors or len(x), []
    for a in range(anchors):
        for p in positives(labels, a):
            steps = [(s[a][n] - s[a][p]) / temperature for n in negatives(labels, a)]
            before = sum(sigmoid(step) for step in steps)
            terms.append((a, PENALTIES[variant](before, alpha, b)))
    return rows_of_anchors(terms, anchors)


def surrogate_precision(
    labels,
    x,
    k=5,
    temperature=1.0,
    rank_temperature=0.01,
    distance="euclidean",
    anchors=None,
):
    """With the anchor among its own neighbours and positives, it is that of
    Open Metric Learning: place k + 1, and one sure hit more."""
    d, anchors, terms = distances.matrix(distance, x), anchors or len(x), []
    for a in range(anchors):
        near, hits = positives(labels, a), 0.0
        for p in near:
            rank = sum(
                sigmoid((d[a][p] - d[a][j]) / rank_temperature)
                for j in range(len(x))
                if j != a
            )
            hits += sigmoid((k - rank) / temperature)
        if near:
            terms.append((a, 1 - hits / min(k, len(near))))
    return rows_of_anchors(terms, anchors)


def ranked_list(
    labels,
    x,
    margin=0.4,
    boundary=1.2,
    positive_scale=0.0,
    negative_scale=10.0,
    balance=0.5,
    distance="euclidean",
    anchors=None,
    held=None,
):
    d, rows = distances.matrix(distance, x), []
    before = d if held is None else distances.matrix(distance, held)

    def weighted(values, befores, scale):
        kept = [(v, w) for v, w in zip(values, befores, strict=True) if v > 0]
        weights = [math.exp(scale * w) for _, w in kept]
        total = sum(w * v for w, (v, _) in zip(weights, kept, strict=True))
        return total / sum(weights) if kept else 0.0

    for a in range(anchors or len(x)):
        near, far = positives(labels, a), negatives(labels, a)
        pull = [[m[a][p] - (boundary - margin) for p in near] for m in (d, before)]
        push = [[boundary - m[a][n] for n in far] for m in (d, before)]
        pulled = weighted(*pull, positive_scale)
        pushed = weighted(*push, negative_scale)
        rows.append((1 - balance) * pulled + balance * pushed)
    return np.array(rows)


def dynamic_soft_margin(labels, x, distance="euclidean", held=None):
    def gaps(points):
        d = distances.matrix(distance, points)
        found = []
        for a, p in pairs_of(labels, len(points))[0]:
            far = [d[a][n] for n in negatives(labels, a)]
            far += [d[p][n] for n in negatives(labels, p)]
            found += [(a, d[a][p] - min(far))] if far else []
        return found

    now = gaps(x)
    before = now if held is None else gaps(held)
    terms = []
    for (a, gap), (_, then) in zip(now, before, strict=True):
        weight = sum(1 for _, other in before if other <= then) / len(before)
        terms.append((a, weight * gap))
    return rows_of(terms, len(x))


def threshold_consistent_margin(
    labels,
    x,
    positive_margin=0.9,
    negative_margin=0.5,
    positive_weight=1.0,
    negative_weight=1.0,
    anchors=None,
):
    s, anchors = cosines(x), anchors or len(x)
    near, far = pairs_of(labels, anchors)
    pull = [(a, hinge(positive_margin - s[a][p])) for a, p in near]
    push = [(a, hinge(s[a][n] - negative_margin)) for a, n in far]
    pulled = positive_weight * rows_of(pull, anchors, "active")
    return pulled + negative_weight * rows_of(push, anchors, "active")


def selectively_contrastive_triplet(
    labels, x, temperature=0.1, hard_weight=1.0, anchors=None
):
    s, anchors, terms = cosines(x), anchors or len(x), []
    for a in range(anchors):
        near, far = positives(labels, a), negatives(labels, a)
        if near and far:
            p, n = max(s[a][j] for j in near), max(s[a][j] for j in far)
            right, wrong = math.exp(p / temperature), math.exp(n / temperature)
            easy = -math.log(right / (right + wrong))
            terms.append((a, hard_weight * n if n > p else easy))
    return rows_of_anchors(terms, anchors)
