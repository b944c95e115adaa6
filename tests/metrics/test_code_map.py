"""Average precision of Hamming rankings against every order of their ties."""

import numpy as np
import pytest
from oracles import metrics as oracle

from tfmetric.metrics import _tie_groups as module
from tfmetric.metrics import code_map, code_map_bounds

DENOMINATORS = ["reachable", "relevant", "retrieved"]


def random_codes(count, bits, seed):
    return np.packbits(np.random.default_rng(seed).random((count, bits)) < 0.4, axis=1)


GALLERY, QUERIES = random_codes(7, 2, 3), random_codes(5, 2, 4)
GALLERY_LABELS, LABELS = [1, 2, 1, 1, 3, 2, 1], [1, 2, 3, 1, 9]
SEARCH = {"gallery_codes": GALLERY, "gallery_labels": GALLERY_LABELS}


@pytest.fixture(scope="module")
def rankings():
    return list(oracle.tied_rankings(QUERIES, LABELS, **SEARCH))


@pytest.mark.parametrize("denominator", DENOMINATORS)
@pytest.mark.parametrize("at", [None, 1, 2, 3, 5, 6, 7, 9])
def test_mean_and_bounds_are_those_of_all_orders_of_ties(rankings, at, denominator):
    how = {"at": at, "denominator": denominator}
    mean, best, worst = oracle.code_map(rankings, **how)
    assert code_map(QUERIES, LABELS, **SEARCH, **how) == pytest.approx(mean)
    bounds = code_map_bounds(QUERIES, LABELS, **SEARCH, **how)
    assert bounds == pytest.approx((best, worst))
    assert worst < mean < best


@pytest.mark.parametrize("denominator", DENOMINATORS)
@pytest.mark.parametrize("at", [None, 2, 4])
def test_leave_one_out_is_that_of_all_orders_of_ties(at, denominator):
    codes, labels = random_codes(7, 2, 5), list("abbacab")
    how = {"at": at, "denominator": denominator}
    mean, best, worst = oracle.code_map(list(oracle.tied_rankings(codes, labels)), **how)
    assert code_map(codes, labels, **how) == pytest.approx(mean)
    assert code_map_bounds(codes, labels, **how) == pytest.approx((best, worst))


@pytest.mark.parametrize("bits", [60, 64, 127, 128, 200])
def test_codes_of_any_length(bits):
    codes, labels = random_codes(8, bits, bits), [1, 2, 1, 3, 3, 2, 1, 2]
    mean, _, _ = oracle.code_map(list(oracle.tied_rankings(codes, labels)))
    assert code_map(codes, labels) == pytest.approx(mean)
    assert code_map(255 - codes, labels) == pytest.approx(mean)


def test_distance_of_all_bits_is_counted():
    for width in (8, 15, 16, 32):
        codes = np.uint8([width * [0], width * [255], width * [255]])
        # All bits away the hit and the miss tie: 1 or 1/2. The other hit is at 0.
        assert (
            code_map(codes[:1], [1], gallery_codes=codes[1:], gallery_labels=[1, 2]) == 0.75
        )


def test_the_denominators_by_hand():
    # The first query finds hit, miss, miss, hit in its four places, and has four
    # relevant items; the second finds only misses and scores 0, but counts.
    gallery = np.packbits(np.tri(8, 8, -1, dtype=bool), axis=1)  # 0..7 ones
    search = {"gallery_codes": gallery, "gallery_labels": [1, 2, 2, 1, 3, 3, 1, 1]}
    total = 1 / 1 + 2 / 4
    for at, denominator, expected in [
        (4, "reachable", total / 4),
        (4, "relevant", total / 4),
        (4, "retrieved", total / 2),
        (3, "reachable", 1 / 3),
        (3, "relevant", 1 / 4),
        (3, "retrieved", 1 / 1),
    ]:
        how = {"at": at, "denominator": denominator}
        score = code_map(gallery[[0, 0]], [1, 3], **search, **how)
        assert score == pytest.approx(expected / 2)
        bounds = code_map_bounds(gallery[[0, 0]], [1, 3], **search, **how)
        assert bounds == pytest.approx((expected / 2, expected / 2))


def test_a_late_hit_lowers_the_ratio_to_the_retrieved():
    # A hit, three misses, then a hit and a miss in a tie of which one place counts. With
    # the hit in it 1/2 (1 + 2/5) = 0.7, without it 1: the best order leaves it out.
    codes = np.packbits([[0, 0], [1, 0], [1, 0], [1, 0], [1, 1], [1, 1]], axis=1)
    search = {"gallery_codes": codes, "gallery_labels": [1, 2, 2, 2, 1, 2]}
    how = {"at": 5, "denominator": "retrieved"}
    assert code_map_bounds(codes[:1], [1], **search, **how) == pytest.approx((1, 0.7))
    assert code_map(codes[:1], [1], **search, **how) == pytest.approx(0.85)


def test_large_ties_agree_with_shuffled_galleries():
    generator = np.random.default_rng(2)
    codes, labels = random_codes(600, 4, 7), generator.integers(0, 3, 600)
    search = {"gallery_codes": codes, "gallery_labels": labels}
    distances = [oracle.hamming(codes[0], item) for item in codes]
    for denominator in DENOMINATORS:
        shuffled = []
        for _ in range(400):
            order = generator.permutation(600)
            order = order[np.argsort(np.take(distances, order), kind="stable")]
            hits = (labels[order] == labels[0]).tolist()
            shuffled.append(oracle.average_precision(hits, 100, denominator))
        score = code_map(codes[:1], labels[:1], **search, at=100, denominator=denominator)
        error = np.std(shuffled) / np.sqrt(len(shuffled))
        assert score == pytest.approx(np.mean(shuffled), abs=4 * error)


def test_order_of_the_gallery_changes_nothing():
    codes = random_codes(40, 10, 6)
    labels = np.random.default_rng(7).integers(0, 4, 40) + 2**60
    order = np.random.default_rng(8).permutation(40)
    for denominator in DENOMINATORS:
        how = {"at": 9, "denominator": denominator}
        score = code_map(codes[order], labels[order], **how)
        assert score == pytest.approx(code_map(codes, labels, **how), abs=1e-15)


@pytest.mark.parametrize("rows", [1, 7, 40])
def test_blocks_of_the_gallery_change_nothing(rows, monkeypatch):
    codes, labels = random_codes(40, 10, 6), np.arange(40) % 3
    whole = code_map(codes, labels)
    monkeypatch.setattr(module, "_ROWS", rows)
    assert code_map(codes, labels) == whole


def test_without_ties_the_bounds_meet():
    gallery = np.packbits(np.tri(8, 8, -1, dtype=bool), axis=1)  # 0..7 ones
    labels = [1, 2, 1, 2, 2, 1, 2, 1]
    search = {"gallery_codes": gallery, "gallery_labels": labels}
    expected = oracle.average_precision([label == 1 for label in labels])
    assert code_map(gallery[:1], [1], **search) == pytest.approx(expected)
    bounds = code_map_bounds(gallery[:1], [1], **search)
    assert bounds == pytest.approx((expected, expected))


def test_without_ties_it_is_that_of_scikit_learn():
    from sklearn.metrics import average_precision_score

    gallery = np.packbits(np.tri(40, 40, -1, dtype=bool), axis=1)
    labels = np.random.default_rng(9).integers(0, 3, 40)
    search = {"gallery_codes": gallery, "gallery_labels": labels}
    expected = average_precision_score(labels == 1, -np.arange(40))
    assert code_map(gallery[:1], [1], **search) == pytest.approx(expected)


def test_one_large_tie_is_as_good_as_its_share_of_hits():
    """One code for all: the closed form stays accurate over ten thousand places."""
    codes, labels = np.zeros((10_000, 1), np.uint8), np.zeros(10_000, int)
    search = {"gallery_codes": codes, "gallery_labels": labels}
    assert code_map(codes[:1], [0], **search) == pytest.approx(1.0, abs=1e-12)
    labels[5_000:] = 1
    assert code_map(codes[:1], [0], **search) == pytest.approx(0.5, abs=1e-3)
    # Half of any cut is hits, so that 2,000 places hold 1,000 of them, give or take 20.
    cut = code_map(codes[:1], [0], **search, at=2_000, denominator="retrieved")
    assert cut == pytest.approx(0.5, abs=4e-3)


def test_lone_queries_are_left_out():
    codes = np.uint8([[0], [1], [7]])
    gallery = {"gallery_codes": np.uint8([[0], [3]]), "gallery_labels": [1, 2]}
    assert code_map(codes, [1, 9, 2], **gallery) == pytest.approx(1.0)
    assert code_map(codes[:2], [2, 9], **gallery) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda c: code_map(c, [1, 1, 2], at=0), "at to be a whole number"),
        (lambda c: code_map(c, [1, 2, 3]), "at least one query"),
        (lambda c: code_map(c, [1, 1, 2], denominator="all"), "denominator to be one of"),
        (lambda c: code_map(c, [1, 1, 2], gallery_codes=c), "together"),
        (lambda c: code_map(c.astype(int), [1, 1, 2]), "packed_codes"),
        (lambda c: code_map_bounds(c.astype(int), [1, 1, 2]), "packed_codes"),
        (lambda c: code_map_bounds(c, [1, 1, 2], denominator="all"), "'retrieved'"),
    ],
)
def test_bad_input_is_refused(call, match):
    with pytest.raises(ValueError, match=match):
        call(np.full((3, 2), 255, np.uint8))
