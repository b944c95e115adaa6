"""Triplets of a batch as loops, from their definitions."""


def positives(labels, i):
    return [j for j in range(len(labels)) if j != i and labels[j] == labels[i]]


def negatives(labels, i):
    return [j for j in range(len(labels)) if labels[j] != labels[i]]


def every_triplet(labels, d):
    return [
        (a, p, n)
        for a in range(len(labels))
        for p in positives(labels, a)
        for n in negatives(labels, a)
    ]


def hard_triplets(labels, d):
    """The furthest positive and the nearest negative of each anchor that has both."""
    triplets = []
    for a in range(len(labels)):
        near, far = negatives(labels, a), positives(labels, a)
        if near and far:
            p = max(far, key=lambda j: d[a][j])  # noqa: B023
            n = min(near, key=lambda j: d[a][j])  # noqa: B023
            triplets.append((a, p, n))
    return triplets


def semi_hard_triplets(labels, d):
    """The nearest negative beyond each positive; the furthest where none is beyond."""
    triplets = []
    for a in range(len(labels)):
        others = sorted(negatives(labels, a), key=lambda j: d[a][j])  # noqa: B023
        for p in positives(labels, a):
            beyond = [n for n in others if d[a][n] > d[a][p]]
            if others:
                triplets.append((a, p, beyond[0] if beyond else others[-1]))
    return triplets


MINERS = {
    "all": every_triplet,
    "hard": hard_triplets,
    "semihard": semi_hard_triplets,
}
