"""Every miner that does not draw against the tuples that a loop lists."""

import numpy as np
import pytest
import tensorflow as tf
from oracles.miners import MINERS, PAIR_MINERS, QUADRUPLET_MINERS

from tfmetric import miners

LABELS = [3, 0, 1, 0, 2, 1, 0, 2, 1, 0]
TUPLES = MINERS | QUADRUPLET_MINERS
SETTINGS = [
    ("angular", miners.AngularMiner, {"angle": 40.0}),
    ("easy", miners.EasyPositiveMiner, {"semihard": True}),
    ("triplet_margin", miners.TripletMarginMiner, {"margin": 0.0}),
    ("triplet_margin", miners.TripletMarginMiner, {"kind": "hard"}),
    ("triplet_margin", miners.TripletMarginMiner, {"margin": 0.7, "kind": "semihard"}),
    ("triplet_margin", miners.TripletMarginMiner, {"kind": "easy"}),
    ("hard_fraction", miners.HardFractionMiner, {"fraction": 0.3}),
    ("hard_fraction", miners.HardFractionMiner, {"fraction": 1}),
    ("multi_similarity", miners.MultiSimilarityMiner, {"epsilon": 0.0}),
    ("multi_similarity", miners.MultiSimilarityMiner, {"epsilon": 1.1}),
    (
        "pair_margin",
        miners.PairMarginMiner,
        {"positive_margin": 1.2, "negative_margin": 1.4},
    ),
]


def matrix(rows, seed=0):
    """Distances without ties."""
    x = np.random.default_rng(seed).normal(size=(rows, 2))
    return np.sqrt(np.square(x[:, None] - x).sum(-1))


def listed(found):
    """Valid tuples in order, or the two lists of pairs."""
    if isinstance(found, miners.Pairs):
        return [list(map(tuple, np.argwhere(mask).tolist())) for mask in found]
    indices = np.stack(found[:-1], axis=1)[np.asarray(found.valid)]
    return sorted(map(tuple, indices.tolist()))


def expected(name, labels, d, **settings):
    if name in PAIR_MINERS:
        return list(map(sorted, PAIR_MINERS[name](labels, d, **settings)))
    return sorted(TUPLES[name](labels, d, **settings))


@pytest.mark.parametrize("name", [*TUPLES, *PAIR_MINERS])
@pytest.mark.parametrize("seed", range(4))
def test_tuples_are_those_of_the_oracle(name, seed):
    d = matrix(10, seed)
    assert listed(miners.get(name)(LABELS, d)) == expected(name, LABELS, d)


@pytest.mark.parametrize(("name", "miner", "settings"), SETTINGS)
def test_settings_mean_what_the_oracle_says(name, miner, settings):
    chosen = expected(name, LABELS, matrix(10), **settings)
    assert listed(miner(**settings)(LABELS, matrix(10))) == chosen
    assert chosen != expected(name, LABELS, matrix(10))


@pytest.mark.parametrize("name", [*TUPLES, *PAIR_MINERS])
@pytest.mark.parametrize(
    "labels", [[4] * 5, [0, 1, 2, 3, 4], [0, 0, 0, 0, 1], [0, 0, 1, 1], [7]]
)
def test_batches_that_lack_tuples(name, labels):
    d = matrix(len(labels))
    assert listed(miners.get(name)(labels, d)) == expected(name, labels, d)


@pytest.mark.parametrize("name", [*TUPLES, *PAIR_MINERS])
def test_of_equal_distances_the_first_wins_or_all_do(name):
    labels = [0, 1, 0, 1, 0, 2]
    d = np.round(matrix(6) * 2) / 2
    assert len(np.unique(d)) < 8
    assert listed(miners.get(name)(labels, d)) == expected(name, labels, d)


@pytest.mark.parametrize("name", ["easy", "hard", "hard_quadruplet", "semihard"])
def test_ties_and_distances_below_zero_are_no_trouble(name):
    labels = [0, 0, 0, 1, 1, 2]
    for d in (np.zeros((6, 6)), matrix(6) - 5, -matrix(6) * 1e30):
        found = listed(miners.get(name)(labels, d))
        wanted = expected(name, labels, d)
        assert len(found) == len(wanted)
        for (a, p, n, *_), (b, q, m, *_) in zip(found, wanted, strict=True):
            assert (a, d[a, p], d[a, n]) == (b, d[b, q], d[b, m])
            assert a != p
            assert labels[a] == labels[p] != labels[n]


def test_a_negative_as_far_as_the_positive_is_not_beyond_it():
    # From anchor 0: positive at 1; negatives at 1 and 2.
    d = np.array([[0, 1, 1, 2], [1, 0, 5, 6], [1, 5, 0, 1], [2, 6, 1, 0]], np.float32)
    labels = [0, 0, 1, 1]
    assert (0, 1, 3) in listed(miners.SemiHardMiner()(labels, d))
    assert (0, 1, 3) in listed(miners.EasyPositiveMiner(semihard=True)(labels, d))
    assert (0, 1, 2) in listed(miners.EasyPositiveMiner()(labels, d))
    semihard = miners.TripletMarginMiner(margin=1, kind="semihard")(labels, d)
    assert (0, 1, 3) in listed(semihard)
    assert (0, 1, 2) not in listed(semihard)


def test_a_class_of_one_is_a_negative_only():
    labels, d = [0, 0, 1], matrix(3)
    for name in MINERS:
        found = listed(miners.get(name)(labels, d))
        assert {anchor for anchor, _, _ in found} <= {0, 1}
    assert listed(miners.get("hard")(labels, d)) == [(0, 1, 2), (1, 0, 2)]


def test_the_angle_is_that_of_the_points():
    # The negative sees the pair, 2 apart, from 1 above its middle: arctan(2 / 2) = 45.
    x = np.array([[0.0, 0.0], [2.0, 0.0], [1.0, 1.0]])
    d = np.sqrt(np.square(x[:, None] - x).sum(-1))
    assert len(listed(miners.AngularMiner(44.9)([0, 0, 1], d))) == 2
    assert len(listed(miners.AngularMiner(45.1)([0, 0, 1], d))) == 0


def test_an_anchor_by_itself_is_no_pair_of_its_own():
    # All collapsed: every pair is as hard as any, and none joins a thing to itself.
    pairs = miners.HardFractionMiner(0.1)([0, 0, 0, 1], np.zeros((4, 4)))
    assert np.sum(pairs.positive) == 6
    assert not np.diag(pairs.positive).any()


@pytest.mark.parametrize("name", [*TUPLES, *PAIR_MINERS])
def test_labels_take_every_form(name):
    d = matrix(6)
    labels = [0, 0, 1, 1, 2, 2]
    wanted = expected(name, labels, d)
    for form in (
        [2**40, 2**40, 2**40 + 1, 2**40 + 1, 5, 5],
        ["a", "a", "b", "b", "c", "c"],
        np.array(labels)[:, None],
        np.eye(3)[labels],
        np.equal.outer(labels, labels),
    ):
        assert listed(miners.get(name)(form, tf.constant(d))) == wanted


def test_multi_hot_examples_are_alike_when_they_share_a_class():
    labels = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 0], [0, 0, 1]])
    found = listed(miners.AllTripletsMiner()(labels, matrix(4)))
    assert found == [(0, 1, 3), (0, 2, 3), (1, 0, 2), (1, 3, 2), (2, 0, 1), (2, 0, 3)] + [
        (3, 1, 0),
        (3, 1, 2),
    ]


@pytest.mark.parametrize("name", ["all", "easy", "hard", "semihard", "triplet_margin"])
def test_columns_of_a_memory_are_positives_and_negatives_but_no_anchors(name):
    labels, d = np.array([0, 1, 0, 2, 1, 0, 2]), matrix(7)
    same = np.equal.outer(labels, labels)
    masks = (same & ~np.eye(7, dtype=bool))[:4], ~same[:4]
    found = miners.get(name).select(tf.constant(d[:4]), *map(tf.constant, masks))
    wanted = [each for each in expected(name, labels, d) if each[0] < 4]
    assert listed(found) == wanted
    assert max(max(each) for each in wanted) > 4


@pytest.mark.parametrize("name", ["multi_similarity", "pair_margin"])
def test_pairs_with_a_memory_have_its_columns(name):
    labels, d = np.array([0, 1, 0, 2, 1, 0, 2]), matrix(7)
    same = np.equal.outer(labels, labels)
    masks = (same & ~np.eye(7, dtype=bool))[:4], ~same[:4]
    found = miners.get(name).select(tf.constant(d[:4]), *map(tf.constant, masks))
    wanted = [[pair for pair in kind if pair[0] < 4] for kind in expected(name, labels, d)]
    assert listed(found) == wanted
    assert found.positive.shape == (4, 7)


def test_the_angular_miner_refuses_a_memory():
    masks = tf.ones((2, 3), tf.bool), tf.zeros((2, 3), tf.bool)
    with pytest.raises(ValueError, match="Expected distances within one batch"):
        miners.AngularMiner().select(tf.ones((2, 3)), *masks)


@pytest.mark.parametrize(
    ("miner", "settings", "message"),
    [
        (miners.AngularMiner, {"angle": 0}, "Expected angle > 0"),
        (miners.AngularMiner, {"angle": 90}, "Expected angle < 90"),
        (miners.HardFractionMiner, {"fraction": 0}, "Expected fraction > 0"),
        (miners.HardFractionMiner, {"fraction": 1.1}, "Expected fraction <= 1"),
        (miners.MultiSimilarityMiner, {"epsilon": -0.1}, "Expected epsilon >= 0"),
        (miners.PairMarginMiner, {"positive_margin": np.nan}, "positive_margin to be a fi"),
        (miners.PairMarginMiner, {"negative_margin": "1"}, "negative_margin to be a fi"),
        (miners.TripletMarginMiner, {"margin": -1}, "Expected margin >= 0"),
        (miners.TripletMarginMiner, {"kind": "harder"}, "Expected kind to be one of"),
    ],
)
def test_settings_out_of_range_are_refused(miner, settings, message):
    with pytest.raises(ValueError, match=message):
        miner(**settings)


@pytest.mark.parametrize("wrong", ["hardest", None, {"a": 1}, miners.BatchHardMiner])
def test_get_refuses_what_is_no_miner(wrong):
    with pytest.raises(ValueError, match="Expected miner to be"):
        miners.get(wrong)


def test_get_refuses_a_miner_of_another_kind():
    assert miners.get("pair_margin", miners.PairMiner) is miners.get("pair_margin")
    for wrong in ("hard", miners.SemiHardMiner(), "hard_quadruplet"):
        with pytest.raises(ValueError, match=r"Expected miner to be a.* PairMiner"):
            miners.get(wrong, miners.PairMiner)
