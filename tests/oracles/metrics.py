"""The metrics as loops over one item at a time, in float64."""

import itertools
import math


def distance(a, b, kind):
    """Euclidean distance between two lists, after normalising them for cosine."""
    a, b = [float(x) for x in a], [float(x) for x in b]
    if kind == "cosine":
        a = [x / math.sqrt(sum(y * y for y in a)) for x in a]
        b = [x / math.sqrt(sum(y * y for y in b)) for x in b]
    return math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b, strict=True)))


def hits(embeddings, labels, gallery=None, gallery_labels=None, kind="euclidean"):
    """For each query the list of "is it relevant" down its ranking."""
    found = []
    alone = gallery is None
    for i, (query, label) in enumerate(zip(embeddings, labels, strict=True)):
        candidates = []
        pairs = (embeddings, labels) if alone else (gallery, gallery_labels)
        for j, (item, item_label) in enumerate(zip(*pairs, strict=True)):
            if not (alone and i == j):
                candidates.append((distance(query, item, kind), j, item_label == label))
        found.append([relevant for _, _, relevant in sorted(candidates)])
    return found


def recall_at_k(ranked, k):
    scores = [float(any(row[:k])) for row in ranked if any(row)]
    return sum(scores) / len(scores)


def map_at_r(ranked):
    scores = []
    for row in ranked:
        relevant = sum(row)
        if relevant == 0:
            continue
        total = 0.0
        for i in range(1, relevant + 1):
            if row[i - 1]:
                total += sum(row[:i]) / i
        scores.append(total / relevant)
    return sum(scores) / len(scores)


def pair_roc_auc(distances, same):
    """Share of (same, different) pairs in order; a tie is half in order."""
    wins = total = 0
    for d_same, is_same in zip(distances, same, strict=True):
        for d_other, other_is_same in zip(distances, same, strict=True):
            if is_same and not other_is_same:
                total += 1
                wins += 1.0 if d_same < d_other else 0.5 if d_same == d_other else 0.0
    return wins / total


def roc_auc(embeddings, labels, kind="euclidean"):
    distances, same = [], []
    for i, j in itertools.combinations(range(len(labels)), 2):
        distances.append(distance(embeddings[i], embeddings[j], kind))
        same.append(labels[i] == labels[j])
    return pair_roc_auc(distances, same)


def hamming(a, b):
    return sum((int(x) ^ int(y)).bit_count() for x, y in zip(a, b, strict=True))


def average_precision(row, at=None):
    """Average precision of one ranking over its first `at` places."""
    at = len(row) if at is None else at
    total = sum(sum(row[: i + 1]) / (i + 1) for i in range(min(at, len(row))) if row[i])
    return total / min(at, sum(row))


def _tied_groups(query, i, label, items, item_labels, alone):
    levels = {}
    for j, (item, item_label) in enumerate(zip(items, item_labels, strict=True)):
        if not (alone and i == j):
            levels.setdefault(hamming(query, item), []).append(item_label == label)
    return [levels[level] for level in sorted(levels)]


def code_map(codes, labels, gallery_codes=None, gallery_labels=None, at=None):
    """(mean, best, worst) average precision over every order of every tie."""
    alone = gallery_codes is None
    items, item_labels = (codes, labels) if alone else (gallery_codes, gallery_labels)
    means, bests, worsts = [], [], []
    for i, (query, label) in enumerate(zip(codes, labels, strict=True)):
        groups = _tied_groups(query, i, label, items, item_labels, alone)
        if not any(any(group) for group in groups):
            continue
        values = []
        for orders in itertools.product(*map(itertools.permutations, groups)):
            values.append(average_precision([hit for part in orders for hit in part], at))
        means.append(sum(values) / len(values))
        bests.append(max(values))
        worsts.append(min(values))
    return tuple(sum(v) / len(v) for v in (means, bests, worsts))


def code_statistics(codes, bits):
    """(bit balance, unique share) from the bits one by one."""
    rows = [
        tuple(int(code[b // 8]) >> (7 - b % 8) & 1 for b in range(bits)) for code in codes
    ]
    balance = [abs(2 * sum(column) / len(rows) - 1) for column in zip(*rows, strict=True)]
    return sum(balance) / bits, len(set(rows)) / len(rows)
