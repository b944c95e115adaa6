"""tensorflow-addons' losses as loops in float64, from the definitions in its docstrings."""

import math

from oracles import distances
from oracles.miners import negatives, positives

METRICS = {"L2": "euclidean", "squared-L2": "squared_euclidean", "angular": "cosine"}


def matrix(metric, x):
    return distances.matrix(METRICS[metric], x)


def mean(values):
    return sum(values) / len(values) if values else 0.0


def triplet_semihard(labels, x, margin=1.0, distance_metric="L2"):
    d = matrix(distance_metric, x)
    hinges = []
    for a in range(len(x)):
        pushes = [d[a][n] for n in negatives(labels, a)]
        for p in positives(labels, a):
            beyond = [value for value in pushes if value > d[a][p]]
            away = min(beyond) if beyond else max(pushes, default=min(d[a]))
            hinges.append(max(0.0, margin + d[a][p] - away))
    return mean(hinges)


def triplet_hard(labels, x, margin=1.0, soft=False, distance_metric="L2"):
    d = matrix(distance_metric, x)
    rows = []
    for a in range(len(x)):
        pulls = [d[a][p] for p in positives(labels, a)]
        pushes = [d[a][n] for n in negatives(labels, a)]
        gap = max(pulls, default=min(d[a])) - min(pushes, default=max(d[a]))
        rows.append(math.log(1 + math.exp(gap)) if soft else max(0.0, gap + margin))
    return mean(rows)


def lifted_struct(labels, x, margin=1.0):
    d = matrix("L2", x)
    terms = []
    for i in range(len(x)):
        for j in positives(labels, i):
            away = [d[end][k] for end in (i, j) for k in negatives(labels, end)]
            wrong = sum(math.exp(margin - value) for value in away)
            terms.append(max(0.0, d[i][j] + math.log(wrong)) ** 2 / 2 if wrong else 0.0)
    return mean(terms)


def npairs(labels, similarities):
    return _cross_entropy([[a == b for b in labels] for a in labels], similarities)


def npairs_multilabel(classes, similarities):
    return _cross_entropy([[a @ b for b in classes] for a in classes], similarities)


def _cross_entropy(shared, similarities):
    rows = []
    for weights, logits in zip(shared, similarities, strict=True):
        total = math.log(sum(math.exp(s) for s in logits))
        shares = [w / sum(weights) if sum(weights) else 0.0 for w in weights]
        pairs = zip(shares, logits, strict=True)
        rows.append(sum(share * (total - s) for share, s in pairs))
    return mean(rows)


def contrastive(same, distances, margin=1.0):
    pairs = zip(same, distances, strict=True)
    return [y * d**2 + (1 - y) * max(0.0, margin - d) ** 2 for y, d in pairs]
