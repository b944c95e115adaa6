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


def mean_over_queries(ranked, score):
    """Mean of `score` over the rankings that have something to find."""
    scores = [score(row) for row in ranked if any(row)]
    return sum(scores) / len(scores)


def ranking_scores(ranked, k):
    """Every mean of `rank_scores` by the name of its field; k for those at k."""

    def precision(row, at):
        return sum(row[:at]) / min(at, len(row))

    def gain(row, at):
        return sum(1 / math.log2(place + 2) for place, hit in enumerate(row[:at]) if hit)

    per_query = {
        "precision_at": lambda row: precision(row, k),
        "recall_at": lambda row: float(any(row[:k])),
        "recall_fraction_at": lambda row: sum(row[:k]) / sum(row),
        "ndcg_at": lambda row: gain(row, k) / gain(sorted(row, reverse=True), k),
        "precision_at_1": lambda row: precision(row, 1),
        "r_precision": lambda row: precision(row, sum(row)),
        "map": lambda row: average_precision(row),
        "map_at_r": lambda row: average_precision(row, sum(row), "relevant"),
        "mrr": lambda row: 1 / (row.index(True) + 1),
    }
    return {name: mean_over_queries(ranked, score) for name, score in per_query.items()}


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


def decisions(distances, same, threshold):
    """Accepted and rejected pairs, of one class and of two: TP, FP, FN, TN."""
    counts = {(accepted, kind): 0 for accepted in (0, 1) for kind in (0, 1)}
    for d, kind in zip(distances, same, strict=True):
        counts[int(d <= threshold), int(kind)] += 1
    return counts[1, 1], counts[1, 0], counts[0, 1], counts[0, 0]


def roc_points(distances, same):
    """(threshold, far, tar) of every threshold that occurs, from accepting none."""
    points = []
    for threshold in [-math.inf, *sorted(set(distances))]:
        tp, fp, fn, tn = decisions(distances, same, threshold)
        points.append((threshold, fp / (fp + tn), tp / (tp + fn)))
    return points


def equal_error_rate(distances, same):
    """Where the lines through the ROC points cross far = 1 - tar, by bisection."""
    points = roc_points(distances, same)
    for (_, far, tar), (_, next_far, next_tar) in itertools.pairwise(points):
        if next_far + next_tar < 1:
            continue
        low, high = 0.0, 1.0
        for _ in range(60):
            share = (low + high) / 2
            x = far + share * (next_far - far)
            y = tar + share * (next_tar - tar)
            low, high = (share, high) if x + y < 1 else (low, share)
        return x
    raise AssertionError("the last point accepts all")


def pairwise_scores(labels, clusters):
    """(precision, recall) of pairs in one cluster being pairs of one class."""
    both = one_class = one_cluster = 0
    for i, j in itertools.combinations(range(len(labels)), 2):
        one_class += labels[i] == labels[j]
        one_cluster += clusters[i] == clusters[j]
        both += labels[i] == labels[j] and clusters[i] == clusters[j]
    return both / one_cluster, both / one_class


def knn_accuracy(embeddings, labels, k, gallery=None, gallery_labels=None):
    """Share of queries whose class wins the vote of the k nearest."""
    alone = gallery is None
    items, item_labels = (embeddings, labels) if alone else (gallery, gallery_labels)
    right = []
    for i, (query, label) in enumerate(zip(embeddings, labels, strict=True)):
        others = [j for j in range(len(items)) if not (alone and i == j)]
        if label not in [item_labels[j] for j in others]:
            continue
        nearest = sorted((distance(query, items[j], "euclidean"), j) for j in others)
        votes = [item_labels[j] for _, j in nearest[:k]]
        counts = [votes.count(vote) for vote in votes]
        right.append(votes[counts.index(max(counts))] == label)
    return sum(right) / len(right)


def hamming(a, b):
    return sum((int(x) ^ int(y)).bit_count() for x, y in zip(a, b, strict=True))


def average_precision(row, at=None, denominator="reachable"):
    """Average precision of one ranking over its first `at` places."""
    at = len(row) if at is None else min(at, len(row))
    total = sum(sum(row[: i + 1]) / (i + 1) for i in range(at) if row[i])
    divisor = {
        "reachable": min(at, sum(row)),
        "relevant": sum(row),
        "retrieved": sum(row[:at]),
    }[denominator]
    return total / divisor if total else 0.0


def tied_rankings(codes, labels, gallery_codes=None, gallery_labels=None):
    """For each query with something to find, every order of its ties as a list of hits."""
    alone = gallery_codes is None
    items, item_labels = (codes, labels) if alone else (gallery_codes, gallery_labels)
    for i, (query, label) in enumerate(zip(codes, labels, strict=True)):
        levels = {}
        for j, (item, item_label) in enumerate(zip(items, item_labels, strict=True)):
            if not (alone and i == j):
                levels.setdefault(hamming(query, item), []).append(item_label == label)
        groups = [levels[level] for level in sorted(levels)]
        if any(any(group) for group in groups):
            orders = itertools.product(*map(itertools.permutations, groups))
            yield [[hit for part in order for hit in part] for order in orders]


def code_map(rankings, at=None, denominator="reachable"):
    """(mean, best, worst) average precision over every order of every tie."""
    found = [
        [average_precision(row, at, denominator) for row in orders] for orders in rankings
    ]
    means = [sum(values) / len(values) for values in found]
    columns = means, [max(values) for values in found], [min(values) for values in found]
    return tuple(sum(column) / len(column) for column in columns)


def precision_recall_at(rankings, rank):
    """Precision and recall of the first `rank` places, over every order of every tie."""
    precisions, recalls = [], []
    for orders in rankings:
        hits = sum(sum(row[:rank]) for row in orders) / len(orders)
        precisions.append(hits / rank)
        recalls.append(hits / sum(orders[0]))
    return sum(precisions) / len(precisions), sum(recalls) / len(recalls)


def within_radius(codes, labels, radius, gallery_codes, gallery_labels):
    """(precision, recall, empty share) of all items within the radius."""
    precisions, recalls, empty = [], [], []
    for query, label in zip(codes, labels, strict=True):
        relevant = sum(other == label for other in gallery_labels)
        inside = [
            other == label
            for item, other in zip(gallery_codes, gallery_labels, strict=True)
            if hamming(query, item) <= radius
        ]
        if relevant:
            precisions.append(sum(inside) / len(inside) if inside else 0.0)
            recalls.append(sum(inside) / relevant)
            empty.append(not inside)
    return tuple(sum(column) / len(column) for column in (precisions, recalls, empty))


def code_bits(codes, bits):
    """The bits of packed codes as lists of -1 and +1."""
    return [
        [2 * (int(code[b // 8]) >> (7 - b % 8) & 1) - 1 for b in range(bits)]
        for code in codes
    ]


def code_statistics(codes, bits):
    """(balance, mean |correlation|, unique share, effective bits), from single bits."""
    rows = code_bits(codes, bits)
    columns = list(zip(*rows, strict=True))
    means = [sum(column) / len(rows) for column in columns]
    covariance = [
        [
            sum((x - m) * (y - k) for x, y in zip(a, b, strict=True)) / len(rows)
            for b, k in zip(columns, means, strict=True)
        ]
        for a, m in zip(columns, means, strict=True)
    ]
    correlations = []
    for i, j in itertools.permutations(range(bits), 2):
        scale = math.sqrt(covariance[i][i] * covariance[j][j])
        correlations.append(abs(covariance[i][j]) / scale if scale else 0.0)
    trace = sum(covariance[i][i] for i in range(bits))
    return (
        sum(abs(mean) for mean in means) / bits,
        sum(correlations) / len(correlations),
        len({tuple(row) for row in rows}) / len(rows),
        trace**2 / sum(value**2 for row in covariance for value in row),
    )
