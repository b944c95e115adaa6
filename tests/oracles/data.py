"""What tuples and batches must be, checked one at a time in plain Python."""

from collections import Counter


def check_equally_likely(counts, choices):
    """Each choice as often as in fair draws, up to 4.5 standard deviations."""
    assert set(counts) == set(choices)
    share, total = 1 / len(choices), counts.total()
    spread = 4.5 * (total * share * (1 - share)) ** 0.5
    assert all(abs(count - total * share) < spread for count in counts.values())


def check_pairs(labels, first, second, same):
    assert len(first) == len(second) == len(same)
    for a, b, flag in zip(first, second, same, strict=True):
        assert a != b
        assert flag == (labels[a] == labels[b])


def check_triplets(labels, anchor, positive, negative):
    company = Counter(labels)
    expected = [i for i, label in enumerate(labels) if company[label] > 1]
    assert sorted(anchor) == expected
    for a, p, n in zip(anchor, positive, negative, strict=True):
        assert a != p
        assert labels[a] == labels[p] != labels[n]


def check_quadruplets(labels, anchor, positive, negative_1, negative_2):
    check_triplets(labels, anchor, positive, negative_1)
    for a, n1, n2 in zip(anchor, negative_1, negative_2, strict=True):
        assert len({labels[a], labels[n1], labels[n2]}) == 3


def check_batch(labels, chosen, classes, per_class):
    """P runs of K examples of one class; in each, no example ahead of another by two."""
    assert len(chosen) == classes * per_class
    hands = [chosen[i : i + per_class] for i in range(0, len(chosen), per_class)]
    names = []
    for hand in hands:
        name = labels[hand[0]]
        assert all(labels[example] == name for example in hand)
        names.append(name)
        times = Counter(hand)
        members = [i for i, label in enumerate(labels) if label == name]
        counts = [times[member] for member in members]
        assert max(counts) - min(counts) <= 1
    assert len(set(names)) == classes


def check_hierarchy(labels, superlabels, chosen, superclasses, classes, per_class):
    """A balanced batch whose classes come superclass after superclass, as many of each."""
    check_batch(labels, chosen, superclasses * classes, per_class)
    kinds = [superlabels[example] for example in chosen]
    size = classes * per_class
    runs = [set(kinds[i : i + size]) for i in range(0, len(kinds), size)]
    assert all(len(run) == 1 for run in runs)
    assert len(set().union(*runs)) == superclasses


def check_epoch(labels, batches, per_class):
    """Each class uses up all its examples before any comes again."""
    dealt = {}
    for chosen in batches:
        for example in chosen:
            dealt.setdefault(labels[example], []).append(example)
    for name, examples in dealt.items():
        size = sum(label == name for label in labels)
        for start in range(0, len(examples), size):
            shuffle = examples[start : start + size]
            assert len(set(shuffle)) == len(shuffle)


def check_episode(labels, support, query):
    """One class to a way, another for each way, and no example twice."""
    names = []
    for told, asked in zip(support, query, strict=True):
        found = {labels[example] for example in told + asked}
        assert len(found) == 1
        names += found
    assert len(set(names)) == len(names)
    examples = sum(support + query, [])
    assert len(set(examples)) == len(examples)


def connected(first, second, same, items):
    """For each item the set of those that matches lead to, itself included."""
    reached = [{item} for item in range(items)]
    for a, b, match in zip(first, second, same, strict=True):
        if match and b not in reached[a]:
            joined = reached[a] | reached[b]
            for item in joined:
                reached[item] = joined
    return reached


def check_listed_triplets(pairs, per_match, anchor, positive, negative):
    """Each match `per_match` times; negatives listed, or else seconds of other classes."""
    first, second, same = pairs
    reached = connected(*pairs, 1 + max(first + second))
    matches = Counter((a, b) for a, b, match in zip(*pairs, strict=True) if match)
    made = Counter(zip(anchor, positive, strict=True))
    assert made == Counter({pair: per_match * n for pair, n in matches.items()})
    for a, n in zip(anchor, negative, strict=True):
        judged = {b for f, b, match in zip(*pairs, strict=True) if f == a and not match}
        assert n in (judged or set(second) - reached[a])
