"""Pipelines: operations in a row, with randomness that no worker count can change."""

from itertools import groupby, pairwise

import keras
import numpy as np
from numpy.random.bit_generator import ISeedSequence

from tfmetric._core._checks import check_count
from tfmetric._core._registry import registered
from tfmetric.augmentation._augmentation import Augmentation
from tfmetric.augmentation._operation import Operation


@registered
class Pipeline(Augmentation):
    """Applies operations one after another to single images, batches or datasets.

    What an image receives depends on `seed`, the epoch and its index alone: each
    (seed, epoch, index) has its own random stream, by the counter-based Philox
    generator. Results are byte for byte the same for one worker or many.

    Args:
        operations: callables `operation(image, generator)` that return an image of the
            same dtype, rank and channels, such as the classes of this room.
        seed: whole number >= 0, below 2**64.

    Raises:
        ValueError: something in `operations` cannot be called, `Normalize` stands before
            another operation, or a bad `seed`.

    Reference: Salmon et al., 2011, Parallel Random Numbers: As Easy as 1, 2, 3.

    >>> import numpy as np
    >>> from tfmetric.augmentation import RandomCrop, RandomFlip
    >>> pipeline = Pipeline([RandomCrop(24), RandomFlip(horizontal=0.5)], seed=7)
    >>> pipeline.batch(np.zeros((5, 28, 28, 1), np.uint8)).shape
    (5, 24, 24, 1)
    """

    def __init__(self, operations, seed=0):
        self.operations = tuple(operations)
        for operation in self.operations:
            if not callable(operation) or isinstance(operation, type | Augmentation):
                raise ValueError(
                    "Expected operations that can be called with (image, generator); of "
                    f"another pipeline take its `operations`. Received: {operation!r}"
                )
        _check_order(self.operations)
        self.seed = check_count(seed, "seed", least=0)
        if self.seed >= 2**64:
            raise ValueError(f"Expected seed below 2**64. Received: {seed}")
        self._steps = _in_rows(self.operations)

    def __call__(self, image, key=(0, 0)):
        """Returns `image` as it looks in one epoch.

        Args:
            image: the image, as the first operation takes it.
            key: (epoch, index) or (epoch, index, view), whole numbers >= 0. The same key
                gives the same draws; without a view it is view 0.
        """
        generator = self._generator(*key)
        for step in self._steps:
            image = step(image, generator)
        return image

    def _generator(self, epoch, index, view=0):
        epoch = check_count(epoch, "epoch", least=0)
        index = check_count(index, "index", least=0)
        view = check_count(view, "view", least=0)
        counter = np.array([0, 0, view, index], np.uint64)  # 2¹²⁸ blocks for each view
        return np.random.Generator(np.random.Philox(_Key(self.seed, epoch), counter))

    def output_shape(self, shape):
        """Shape of the result for an image of `shape`; None where it is not known.

        Operations without `output_size` may change the size to any other.
        """
        size = tuple(shape[:2])
        for operation in self.operations:
            known = hasattr(operation, "output_size")
            size = operation.output_size(size) if known else (None, None)
        return (*size, *shape[2:])

    def output_dtype(self, dtype):
        """Type of the numbers of the result, for an image of `dtype`.

        Operations without `output_dtype` keep it.
        """
        for operation in self.operations:
            if hasattr(operation, "output_dtype"):
                dtype = operation.output_dtype(dtype)
        return dtype

    def get_config(self):
        """Settings and operations as plain values, for `from_config`.

        Raises:
            ValueError: an operation without `get_config`, such as a plain function.
        """
        for operation in self.operations:
            if not hasattr(operation, "get_config"):
                raise ValueError(
                    "Expected operations with get_config; register a class instead of "
                    f"a plain function. Received: {operation!r}"
                )
        serialize = keras.saving.serialize_keras_object
        operations = [serialize(operation) for operation in self.operations]
        return {"operations": operations, "seed": self.seed}

    @classmethod
    def from_config(cls, config):
        deserialize = keras.saving.deserialize_keras_object
        operations = [deserialize(operation) for operation in config["operations"]]
        return cls(operations, config["seed"])

    def __repr__(self):
        return f"Pipeline({list(self.operations)!r}, seed={self.seed})"


class _Key(ISeedSequence):
    """The key of a Philox generator, as it is.

    `Philox(key=…)` gives the same stream four times slower: it first asks the system for
    a random seed, and then leaves it.
    """

    def __init__(self, seed, epoch):
        self.words = np.array([seed, epoch], np.uint64)

    def generate_state(self, n_words, dtype=np.uint32):
        return self.words


class _Row(Operation):
    """Operations of this room in a row: the image is checked and copied once."""

    def __init__(self, operations):
        self.operations = operations
        self.final = operations[-1].final

    def apply(self, image, generator):
        for operation in self.operations:
            image = operation.transform(image, generator)
        return image


def _in_rows(operations):
    """The operations, neighbours that are of this room as one."""
    steps = []
    for ours, group in groupby(operations, lambda each: isinstance(each, Operation)):
        group = list(group)
        steps += [_Row(group)] if ours else group
    return steps


def _check_order(operations):
    for first, second in pairwise(operations):
        ours = isinstance(first, Operation) and isinstance(second, Operation)
        if ours and first.final:
            raise ValueError(
                "Expected images of 0..1 or 0..255 for every operation; put what returns "
                f"others last. Received: {first!r} before {second!r}"
            )
