"""What losses that compare anchors with single examples share: means, memory, miners."""

import numpy as np
import pytest
import tensorflow as tf
from losses.helpers import LABELS, vectors
from oracles import distances
from oracles import losses as pair_oracles
from oracles import losses_rows as oracles

from tfmetric import losses, miners
from tfmetric._core._pairs import Memory
from tfmetric.losses._rows import average_rows

pytestmark = pytest.mark.usefixtures("uncompiled")

# Each with what its miner looks at.
MINED = {
    "circle": "cosine",
    "generalized_lifted_structure": "euclidean",
    "intra_pair_variance": "cosine",
    "lifted_structure": "euclidean",
    "multi_similarity": "cosine",
    "tuplet_margin": "cosine",
}
REMEMBERING = [
    "circle",
    "decoupled_contrastive",
    "generalized_lifted_structure",
    "instance",
    "intra_pair_variance",
    "multi_similarity",
    "nca",
    "npair",
    "soft_nearest_neighbor",
    "supcon",
    "tuplet_margin",
]


def oracle_of(name):
    return getattr(oracles, name, None) or getattr(pair_oracles, name)


def test_three_averages():
    rows, anchors = tf.constant([0.0, 4.0, 8.0, 0.0, 0.0]), [True] * 4 + [False]
    found = {
        average: float(tf.reduce_mean(average_rows(rows, anchors, average)))
        for average in ("all", "active", "anchors")
    }
    assert found == pytest.approx({"all": 12 / 5, "active": 12 / 2, "anchors": 12 / 4})


@pytest.mark.parametrize("average", ["all", "active", "anchors"])
def test_no_row_that_counts_gives_zero(average):
    assert not np.any(average_rows(tf.zeros(3), [False] * 3, average))


@pytest.mark.parametrize("name", REMEMBERING)
def test_a_memory_is_compared_with_and_has_no_anchors(name):
    x = vectors(10)
    memory = Memory(np.array(LABELS[6:]), x[6:], np.full(4, True))
    rows = getattr(losses, f"{name}_loss")(LABELS[:6], x[:6], memory=memory)
    expected = oracle_of(name)(LABELS, x, anchors=6)
    np.testing.assert_allclose(rows, expected, rtol=1e-9, atol=1e-12)


class FirstSeven(miners.PairMiner):
    """Keeps the pairs of the first seven examples."""

    def select(self, distances, positive, negative):
        self.seen = distances
        first = tf.range(10) < 7
        both = first[:, None] & first[None, :]
        return miners.Pairs(positive & both, negative & both)


@pytest.mark.parametrize("name", MINED)
@pytest.mark.parametrize("form", ["ids", "multi-hot"])
def test_a_miner_chooses_the_pairs(name, form):
    x, miner = vectors(10), FirstSeven()
    labels = LABELS if form == "ids" else np.eye(4)[LABELS]
    loss = getattr(losses, f"{name}_loss")
    rows = loss(labels, x, miner=miner, average="active")
    expected = oracle_of(name)(LABELS[:7], x[:7], average="active")
    np.testing.assert_allclose(rows[:7] * 7 / 10, expected, rtol=1e-9, atol=1e-12)
    assert not np.any(rows[7:])
    seen = distances.matrix(MINED[name], x)
    np.testing.assert_allclose(miner.seen, seen, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", MINED)
def test_refuses_a_miner_of_triplets(name):
    with pytest.raises(ValueError, match="Expected miner to be a PairMiner"):
        type(losses.get(name))(miner="hard")


def test_exactly_one_positive_and_one_negative_pair_count():
    # pytorch-metric-learning takes one pair of a kind for none.
    x, labels = [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]], [0, 0, 1]

    class OneOfEach(miners.PairMiner):
        def select(self, distances, positive, negative):
            first = tf.constant([True, False, False])[:, None]
            return miners.Pairs(positive & first, negative & first)

    rows = losses.multi_similarity_loss(labels, x, miner=OneOfEach())
    pull, push = np.log(1 + np.exp(1)) / 2, np.log(1 + np.exp(25)) / 50
    np.testing.assert_allclose(rows, [pull + push, 0, 0], rtol=1e-6)
