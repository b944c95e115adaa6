"""What a miner gives: the tuples of a batch that count, in tensors of a known size."""

from abc import ABC, abstractmethod
from typing import NamedTuple

import tensorflow as tf

from tfmetric._core._masks import pair_masks
from tfmetric._core._numerics import at_least_float32


class Pairs(NamedTuple):
    """The pairs that count: two boolean tensors of the shape of the distances."""

    positive: tf.Tensor
    negative: tf.Tensor


class Triplets(NamedTuple):
    """Index triplets into a batch.

    Shapes: all (tuples,), the same length for every batch of a size; `anchor`,
    `positive`, `negative` int32, `valid` bool. A tuple that is not valid fills up.
    """

    anchor: tf.Tensor
    positive: tf.Tensor
    negative: tf.Tensor
    valid: tf.Tensor


class Quadruplets(NamedTuple):
    """Index quadruplets into a batch: an anchor, its positive, and two negatives.

    The negatives differ from the anchor in class and from each other. Shapes: as those
    of `Triplets`.
    """

    anchor: tf.Tensor
    positive: tf.Tensor
    negative: tf.Tensor
    second_negative: tf.Tensor
    valid: tf.Tensor


class BaseMiner(ABC):
    """What miners of pairs, triplets and quadruplets share.

    Subclasses implement `select(distances, positive, negative)`.
    """

    def __call__(self, labels, distances):
        """Chooses from one batch.

        Args:
            labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
            distances: (batch, batch) float.

        Raises:
            ValueError: not one label for each row.
        """
        distances = at_least_float32(distances)
        return self.select(distances, *pair_masks(labels, distances))

    @abstractmethod
    def select(self, distances, positive, negative):
        """Chooses among the pairs that two masks give.

        Args:
            distances: (rows, columns) float, anchors against examples; more columns than
                rows where a memory follows the batch.
            positive: (rows, columns) bool, where an anchor and an example are alike; an
                anchor is not its own positive.
            negative: (rows, columns) bool, where they differ.
        """

    def get_config(self):
        """Settings to rebuild the miner from; the plain ones have none."""
        return {}

    @classmethod
    def from_config(cls, config):
        """Rebuilds the miner from `get_config`."""
        return cls(**config)

    def __repr__(self):
        settings = ", ".join(f"{k}={v!r}" for k, v in self.get_config().items())
        return f"{type(self).__name__}({settings})"


class PairMiner(BaseMiner):
    """Chooses pairs of a batch: `select` returns `Pairs`, true only within its masks."""


class Miner(BaseMiner):
    """Chooses triplets of a batch: `select` returns `Triplets`."""


class QuadrupletMiner(BaseMiner):
    """Chooses quadruplets of a batch: `select` returns `Quadruplets`.

    It compares examples of the batch with each other, so its distances are square.
    """
