"""Losses on views as loops in float64, from the papers' formulas."""

import math

import numpy as np


def cosine(a, b):
    return a @ b / math.sqrt(a @ a) / math.sqrt(b @ b)


def simclr(views, temperature=0.1):
    """Algorithm 1: the views of example k are rows 2k and 2k + 1."""
    z = [view for example in np.asarray(views, np.float64) for view in example]
    s = [[cosine(a, b) / temperature for b in z] for a in z]

    def term(i, j):
        others = sum(math.exp(s[i][k]) for k in range(len(z)) if k != i)
        return -math.log(math.exp(s[i][j]) / others)

    return [
        (term(2 * k, 2 * k + 1) + term(2 * k + 1, 2 * k)) / 2 for k in range(len(views))
    ]


def barlow_twins(views, redundancy=0.005, epsilon=1e-5):
    a, b = np.moveaxis(np.asarray(views, np.float64), 1, 0)
    batch, dim = a.shape
    loss = 0.0
    for k in range(dim):
        for m in range(dim):
            x, y = a[:, k] - sum(a[:, k]) / batch, b[:, m] - sum(b[:, m]) / batch
            deviations = math.sqrt(x @ x / batch + epsilon) * math.sqrt(
                y @ y / batch + epsilon
            )
            c = x @ y / batch / deviations
            loss += (1 - c) ** 2 if k == m else redundancy * c**2
    return [loss] * batch


def vicreg(views, invariance=25.0, variance=25.0, covariance=1.0):
    pair = np.moveaxis(np.asarray(views, np.float64), 1, 0)
    _, batch, dim = pair.shape
    spread = overlap = 0.0
    for view in pair:
        mean = sum(view) / batch
        for k in range(dim):
            for m in range(dim):
                cov = sum((row - mean)[k] * (row - mean)[m] for row in view) / (batch - 1)
                if k == m:
                    spread += max(0.0, 1 - math.sqrt(cov + 1e-4)) / dim / 2
                else:
                    overlap += cov**2 / dim
    rows = []
    for a, b in zip(*pair, strict=True):
        apart = sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) / dim
        rows.append(invariance * apart + variance * spread + covariance * overlap)
    return rows


def simsiam(outputs):
    return [
        -cosine(p1, z2) / 2 - cosine(p2, z1) / 2
        for p1, p2, z1, z2 in np.asarray(outputs, np.float64)
    ]
