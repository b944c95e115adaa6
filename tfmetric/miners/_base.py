"""What a miner gives: triplets as index tensors of a known length, and which count."""

from abc import ABC, abstractmethod
from typing import NamedTuple

import tensorflow as tf


class Triplets(NamedTuple):
    """Index triplets into a batch.

    Shapes: all (tuples,), the same length for every batch of a size; `anchor`,
    `positive`, `negative` int32, `valid` bool. A tuple that is not valid fills up.
    """

    anchor: tf.Tensor
    positive: tf.Tensor
    negative: tf.Tensor
    valid: tf.Tensor


class Miner(ABC):
    """Chooses triplets of a batch from its labels and its distances.

    Subclasses implement `__call__(labels, distances)`, where `labels` has shape
    (batch,) and `distances` (batch, batch), and return `Triplets`.
    """

    @abstractmethod
    def __call__(self, labels, distances):
        """Chooses the triplets of one batch."""

    def get_config(self):
        """Settings to rebuild the miner from; the plain ones have none."""
        return {}

    @classmethod
    def from_config(cls, config):
        """Rebuilds the miner from `get_config`."""
        return cls(**config)
