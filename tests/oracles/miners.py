"""Tuples of a batch as loops, from their definitions."""

import math


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


def easy_triplets(labels, d, semihard=False):
    """The nearest positive, and the nearest negative, or the nearest one beyond."""
    triplets = []
    for a in range(len(labels)):
        others = positives(labels, a)
        if others:
            p = min(others, key=lambda j: d[a][j])  # noqa: B023
            apart = [n for n in negatives(labels, a) if not semihard or d[a][n] > d[a][p]]
            if apart:
                triplets.append((a, p, min(apart, key=lambda j: d[a][j])))  # noqa: B023
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


def margin_triplets(labels, d, margin=0.2, kind="all"):
    """The triplets whose negative lies, past the positive, where the kind says."""
    where = {
        "all": (-math.inf, margin),
        "hard": (-math.inf, 0),
        "semihard": (0, margin),
        "easy": (margin, math.inf),
    }
    above, upto = where[kind]
    return [
        (a, p, n)
        for a, p, n in every_triplet(labels, d)
        if above < d[a][n] - d[a][p] <= upto
    ]


def angular_triplets(labels, d, angle=20.0):
    """The triplets with a wider angle, in degrees; the median by Apollonius' theorem."""
    triplets = []
    for a, p, n in every_triplet(labels, d):
        sides = 2 * d[a][n] ** 2 + 2 * d[p][n] ** 2 - d[a][p] ** 2
        median = math.sqrt(max(0.0, sides)) / 2
        if math.degrees(math.atan2(d[a][p], 2 * median)) > angle:
            triplets.append((a, p, n))
    return triplets


def negative_probabilities(row, dim, cutoff=0.5, upper=1.4):
    """Chances of one anchor's negatives, by the density of distances on a sphere."""

    def weight(d):
        if d >= upper:
            return 0.0
        d = max(d, cutoff)
        return 1 / (d ** (dim - 2) * (1 - d * d / 4) ** ((dim - 3) / 2))

    weights = [weight(d) for d in row]
    return [each / sum(weights) for each in weights]


def every_quadruplet(labels, d):
    return [
        (a, p, n, m)
        for a, p, n in every_triplet(labels, d)
        for m in negatives(labels, n)
        if labels[m] != labels[a]
    ]


def hard_quadruplets(labels, d):
    """Batch-hard triplets, and the negative nearest to theirs of a third class."""
    quadruplets = []
    for a, p, n in hard_triplets(labels, d):
        third = [m for m in negatives(labels, a) if labels[m] != labels[n]]
        if third:
            m = min(third, key=lambda j: d[n][j])  # noqa: B023
            quadruplets.append((a, p, n, m))
    return quadruplets


def every_pair(labels):
    """Lists of the positive and of the negative pairs."""
    rows = range(len(labels))
    return (
        [(i, j) for i in rows for j in positives(labels, i)],
        [(i, j) for i in rows for j in negatives(labels, i)],
    )


def multi_similarity_pairs(labels, d, epsilon=0.1):
    kept = [], []
    for a in range(len(labels)):
        far, near = positives(labels, a), negatives(labels, a)
        for p in far:
            if any(d[a][p] > d[a][n] - epsilon for n in near):
                kept[0].append((a, p))
        for n in near:
            if any(d[a][n] < d[a][p] + epsilon for p in far):
                kept[1].append((a, n))
    return kept


def pair_margin_pairs(labels, d, positive_margin=0.2, negative_margin=0.8):
    alike, apart = every_pair(labels)
    return (
        [(i, j) for i, j in alike if d[i][j] > positive_margin],
        [(i, j) for i, j in apart if d[i][j] < negative_margin],
    )


def hard_fraction_pairs(labels, d, fraction=0.5):
    alike, apart = every_pair(labels)

    def hardest(pairs, sign):
        ordered = sorted(sign * d[i][j] for i, j in pairs)
        kept = ordered[: math.ceil(fraction * len(pairs))]
        return [(i, j) for i, j in pairs if kept and sign * d[i][j] <= kept[-1]]

    return hardest(alike, -1), hardest(apart, 1)


def histogram(values, bins):
    """The bin of each value, the range cut into bins of equal width."""
    low, high = min(values), max(values)
    width = (high - low) / bins
    return [min(int((v - low) / width), bins - 1) if width else 0 for v in values]


MINERS = {
    "all": every_triplet,
    "angular": angular_triplets,
    "easy": easy_triplets,
    "hard": hard_triplets,
    "semihard": semi_hard_triplets,
    "triplet_margin": margin_triplets,
}
QUADRUPLET_MINERS = {
    "all_quadruplets": every_quadruplet,
    "hard_quadruplet": hard_quadruplets,
}
PAIR_MINERS = {
    "hard_fraction": hard_fraction_pairs,
    "multi_similarity": multi_similarity_pairs,
    "pair_margin": pair_margin_pairs,
}
