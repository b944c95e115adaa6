"""The operation that applies another one now and then."""

import keras

from tfmetric._core._registry import registered
from tfmetric.augmentation._operation import Operation, check_between


@registered
class RandomApply(Operation):
    """Applies another operation with a probability, and leaves the image else.

    Choose it to have only some images blurred, gray or solarized. An operation that
    changes the size, such as a crop, makes the size after it unknown.

    Args:
        operation: an operation of this room, or of one's own, whose result is an image
            of the same dtype.
        probability: 0..1, of applying it.

    Raises:
        ValueError: not an operation, one that nothing may follow such as `Normalize`,
            or a probability outside 0..1.

    >>> import numpy as np
    >>> from tfmetric.augmentation import Grayscale
    >>> sometimes = RandomApply(Grayscale(), probability=0.3)
    >>> image = np.array([[[255, 0, 0]]], np.uint8)
    >>> reds = [int(sometimes(image, seed)[0, 0, 0]) for seed in range(100)]
    >>> sorted(set(reds))
    [76, 255]
    """

    def __init__(self, operation, probability):
        if not isinstance(operation, Operation) or operation.final:
            raise ValueError(
                "Expected an operation whose result is an image again. "
                f"Received: {operation!r}"
            )
        self.operation = operation
        self.probability = check_between(probability, 0, 1, "probability")

    def apply(self, image, generator):
        if generator.random() < self.probability:
            return self.operation.transform(image, generator)
        return image

    def output_size(self, size):
        changed = self.operation.output_size(size)
        pairs = zip(size, changed, strict=True)
        return tuple(before if before == after else None for before, after in pairs)

    def get_config(self):
        operation = keras.saving.serialize_keras_object(self.operation)
        return {"operation": operation, "probability": self.probability}

    @classmethod
    def from_config(cls, config):
        operation = keras.saving.deserialize_keras_object(config["operation"])
        return cls(operation, config["probability"])

    def __repr__(self):
        return f"RandomApply({self.operation!r}, probability={self.probability!r})"
