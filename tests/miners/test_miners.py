"""Every miner against the triplets that a loop lists."""

import numpy as np
import pytest
import tensorflow as tf
from oracles.miners import MINERS

from tfmetric import miners

LABELS = [3, 0, 1, 0, 2, 1, 0, 2, 1, 0]


def matrix(rows, seed=0):
    """Distances without ties."""
    x = np.random.default_rng(seed).normal(size=(rows, 2))
    return np.sqrt(np.square(x[:, None] - x).sum(-1))


def listed(triplets):
    indices = np.stack(triplets[:3], axis=1)[np.asarray(triplets.valid)]
    return sorted(map(tuple, indices.tolist()))


@pytest.mark.parametrize("name", MINERS)
@pytest.mark.parametrize("seed", range(4))
def test_triplets_are_those_of_the_oracle(name, seed):
    d = matrix(10, seed)
    assert listed(miners.get(name)(LABELS, d)) == sorted(MINERS[name](LABELS, d))


@pytest.mark.parametrize("name", MINERS)
@pytest.mark.parametrize("labels", [[4] * 5, [0, 1, 2, 3, 4], [0, 0, 0, 0, 1], [7]])
def test_batches_that_lack_triplets(name, labels):
    d = matrix(len(labels))
    assert listed(miners.get(name)(labels, d)) == sorted(MINERS[name](labels, d))


@pytest.mark.parametrize("name", ["hard", "semihard"])
def test_ties_and_distances_below_zero_are_no_trouble(name):
    labels = [0, 0, 0, 1, 1, 2]
    for d in (np.zeros((6, 6)), matrix(6) - 5, -matrix(6) * 1e30):
        anchor, positive, negative, valid = miners.get(name)(labels, d)
        expected = MINERS[name](labels, d)
        assert np.sum(valid) == len(expected)
        found = np.stack([anchor, positive, negative], axis=1)[np.asarray(valid)]
        for (a, p, n), (b, q, m) in zip(found, expected, strict=True):
            assert (a, d[a, p], d[a, n]) == (b, d[b, q], d[b, m])
            assert a != p
            assert labels[a] == labels[p] != labels[n]


def test_a_negative_as_far_as_the_positive_is_not_beyond_it():
    # From anchor 0: positive at 1; negatives at 1 and 2.
    d = np.array([[0, 1, 1, 2], [1, 0, 5, 6], [1, 5, 0, 1], [2, 6, 1, 0]], np.float32)
    assert (0, 1, 3) in listed(miners.SemiHardMiner()([0, 0, 1, 1], d))


def test_labels_take_every_form():
    d = matrix(4)
    expected = listed(miners.SemiHardMiner()([0, 0, 1, 1], d))
    for labels in ([2**40, 2**40, 2**40 + 1, 2**40 + 1], ["a", "a", "b", "b"]):
        assert listed(miners.SemiHardMiner()(labels, d)) == expected
        column = np.array(labels)[:, None]
        assert listed(miners.SemiHardMiner()(column, tf.constant(d))) == expected


@pytest.mark.parametrize("wrong", ["hardest", None, {"a": 1}, miners.BatchHardMiner])
def test_get_refuses_what_is_no_miner(wrong):
    with pytest.raises(ValueError, match="Expected miner to be"):
        miners.get(wrong)
