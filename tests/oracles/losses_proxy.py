"""Losses against class proxies as loops over examples and classes, from their formulas.

All take class indices and cosines (examples, classes), or (examples, classes, centers).
"""

import math


def cross_entropy(logits, own):
    return math.log(sum(math.exp(v - logits[own]) for v in logits))


def with_own(row, own, value):
    return [value if j == own else v for j, v in enumerate(row)]


def each(labels, rows):
    return zip(map(int, labels), rows, strict=True)


def normalized_softmax(labels, cosines, temperature=0.05):
    return [
        cross_entropy([c / temperature for c in row], y) for y, row in each(labels, cosines)
    ]


def angle_plus(cosine, margin):
    angle = math.acos(cosine)
    if angle < math.pi - margin:
        return math.cos(angle + margin)
    return cosine - margin * math.sin(margin)


def margin_of(margin, label):
    return margin[label] if isinstance(margin, list) else margin


def arcface(labels, cosines, margin=0.5, scale=64.0):
    rows = []
    for y, row in each(labels, cosines):
        own = angle_plus(row[y], margin_of(margin, y))
        rows.append(cross_entropy([scale * c for c in with_own(row, y, own)], y))
    return rows


def sub_center_arcface(labels, cosines, margin=0.5, scale=64.0):
    nearest = [[max(centers) for centers in row] for row in cosines]
    return arcface(labels, nearest, margin, scale)


def cosface(labels, cosines, margin=0.35, scale=64.0):
    rows = []
    for y, row in each(labels, cosines):
        logits = [scale * c for c in with_own(row, y, row[y] - margin)]
        rows.append(cross_entropy(logits, y))
    return rows


def curricular_face(labels, cosines, margin=0.5, scale=64.0, t=None):
    own = [row[y] for y, row in each(labels, cosines)]
    t = sum(own) / len(own) if t is None else t
    rows = []
    for y, row in each(labels, cosines):
        threshold = math.cos(math.acos(row[y]) + margin)
        logits = [c * (t + c) if c > threshold else c for c in row]
        logits = with_own(logits, y, angle_plus(row[y], margin))
        rows.append(cross_entropy([scale * v for v in logits], y))
    return rows


def sphereface(labels, cosines, margin=4, easing=5.0, scale=30.0):
    rows = []
    for y, row in each(labels, cosines):
        angle = math.acos(row[y])
        k = math.floor(margin * angle / math.pi)
        psi = (-1) ** k * math.cos(margin * angle) - 2 * k
        own = (psi + easing * row[y]) / (1 + easing)
        rows.append(cross_entropy([scale * c for c in with_own(row, y, own)], y))
    return rows


def large_margin_softmax(labels, products, margin=4, easing=5.0, scale=1.0):
    rows = []
    for y, row in each(labels, products):
        angle, length = math.acos(row[y][0]), row[y][1]
        k = math.floor(margin * angle / math.pi)
        psi = (-1) ** k * math.cos(margin * angle) - 2 * k
        own = length * (psi + easing * row[y][0]) / (1 + easing)
        logits = [cosine * times for cosine, times in row]
        rows.append(cross_entropy([scale * v for v in with_own(logits, y, own)], y))
    return rows


def proxy_nca(labels, cosines, scale=1.0):
    rows = []
    for y, row in each(labels, cosines):
        near = [math.exp(-scale * (2 - 2 * c)) for c in row]
        rows.append(-math.log(near[y] / (sum(near) - near[y])))
    return rows


def proxy_nca_plus_plus(labels, cosines, temperature=1 / 9):
    rows = []
    for y, row in each(labels, cosines):
        near = [math.exp(-(2 - 2 * c) / temperature) for c in row]
        rows.append(-math.log(near[y] / sum(near)))
    return rows


def proxy_anchor(members, cosines, margin=0.1, scale=32.0):
    """`members[p]` are the examples of class p; gives the loss, not its rows."""
    present = [p for p in range(len(members)) if members[p]]
    pull = push = 0.0
    for p in range(len(members)):
        inside = [math.exp(-scale * (cosines[x][p] - margin)) for x in members[p]]
        others = [x for x in range(len(cosines)) if x not in members[p]]
        outside = [math.exp(scale * (cosines[x][p] + margin)) for x in others]
        pull += math.log(1 + sum(inside))
        push += math.log(1 + sum(outside))
    return (pull / len(present) if present else 0.0) + push / len(members)


def soft_triple(labels, cosines, margin=0.01, scale=20.0, temperature=0.1):
    rows = []
    for y, row in each(labels, cosines):
        similar = []
        for centers in row:
            weights = [math.exp(c / temperature) for c in centers]
            total = sum(w * c for w, c in zip(weights, centers, strict=True))
            similar.append(total / sum(weights))
        logits = [scale * s for s in with_own(similar, y, similar[y] - margin)]
        rows.append(cross_entropy(logits, y))
    return rows


def similar_centers(proxies, weight=0.2):
    total, classes, centers = 0.0, len(proxies), len(proxies[0])
    for own in proxies:
        units = [w / math.sqrt(w @ w) for w in own]
        for t in range(centers):
            for s in range(t):
                total += math.sqrt((units[s] - units[t]) @ (units[s] - units[t]))
    return weight * total / (classes * centers * (centers - 1))


def p2s_grad(labels, cosines):
    return [
        sum((c - (j == y)) ** 2 for j, c in enumerate(row)) / 2
        for y, row in each(labels, cosines)
    ]
