"""From features to the relaxed values of a binary code."""

import keras
import tensorflow as tf

from tfmetric._core._checks import check_count, check_number
from tfmetric._core._registry import registered


@registered
class HashHead(keras.layers.Layer):
    """Projects features to `bits` values in -1..1 whose signs are the code.

        u = tanh(batch_norm(W · features) - threshold),  bit k is set where u[k] > 0

    Batch normalisation centres every bit, so that it splits the data near the middle.

    Args:
        bits: length of the code.
        threshold: moves the cut of every bit, in standard deviations.

    Shapes: (batch, dim) to (batch, bits) float32.

    Raises:
        ValueError: `bits` is not a whole number above zero.
    """

    def __init__(self, bits, threshold=0.0, name=None, dtype=None, trainable=True):
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.bits = check_count(bits, "bits")
        self.threshold = check_number(threshold, "threshold")
        self.project = keras.layers.Dense(
            bits, use_bias=False, name="project", dtype=self.dtype_policy
        )
        self.center = keras.layers.BatchNormalization(name="center", dtype="float32")

    def build(self, input_shape):
        """Makes the weights."""
        self.project.build(input_shape)
        self.center.build((*input_shape[:-1], self.bits))

    def call(self, inputs, training=False):
        """Relaxed code values of one batch."""
        values = self.center(self.project(inputs), training=training)
        return tf.tanh(values - self.threshold)

    def compute_output_shape(self, input_shape):
        """The shape that comes in, with `bits` values."""
        return (*input_shape[:-1], self.bits)

    def compute_output_spec(self, inputs, training=False):
        """Float32 under every dtype policy."""
        return keras.KerasTensor(self.compute_output_shape(inputs.shape), "float32")

    def get_config(self):
        """Settings to rebuild the layer from."""
        return {**super().get_config(), "bits": self.bits, "threshold": self.threshold}
