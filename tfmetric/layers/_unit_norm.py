"""Unit-length embeddings."""

import keras

from tfmetric._core._numerics import at_least_float32, unit_norm
from tfmetric._core._registry import registered


@registered
class UnitNorm(keras.layers.Layer):
    """Scales every vector to Euclidean length one, in float32.

    Finite for every input: a zero vector stays zero, and vectors of any length, in half
    precision too, come out at length one.

    Shapes: (batch, dim) to (batch, dim) float32.

    >>> import numpy as np
    >>> UnitNorm()(np.array([[0.0, 4.0], [0.0, 0.0]])).numpy().tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """

    def __init__(self, name=None, dtype="float32", trainable=True):
        super().__init__(name=name, dtype=dtype, trainable=trainable)

    def call(self, inputs):
        """Normalises one batch."""
        return unit_norm(at_least_float32(inputs))

    def compute_output_shape(self, input_shape):
        """The shape that comes in."""
        return input_shape
