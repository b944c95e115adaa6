"""From features to the values of a binary code."""

import keras
import numpy as np
import tensorflow as tf

from tfmetric._core._checks import as_vectors, check_count, check_number
from tfmetric._core._registry import registered


@registered
class HashHead(keras.layers.Layer):
    """Projects features to `bits` values whose signs are the code.

        u = batch_norm(W · features) - threshold,  bit k is set where u[k] > 0
        output = activation(u)

    Batch normalisation centres every bit, so that it splits the data near the middle;
    under a strategy it sees the global batch.
    The losses of `tfmetric.losses.hashing` read u itself and relax it each in its own
    way. An activation that keeps the sign changes what they see, never the code:
    `Sign` or `BiHalf` shows them real codes, `TanhContinuation` or "tanh" bounded values.

    Args:
        bits: length of the code.
        threshold: moves the cut of every bit, in standard deviations.
        activation: None, the name of a Keras activation, or a layer.

    Shapes: (batch, …, dim) to (batch, …, bits) float32.

    Raises:
        ValueError: `bits` is not a whole number above zero, no activation, or a function
            that loses signs, such as "sigmoid", which would set every bit.

    Reference: the last layers of Hoe et al., 2021, "One Loss for All: Deep Hashing with a
    Single Cosine Similarity based Learning Objective", arXiv:2109.14449, section 4.
    """

    def __init__(
        self,
        bits,
        threshold=0.0,
        activation=None,
        name=None,
        dtype=None,
        trainable=True,
    ):
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.bits = check_count(bits, "bits")
        self.threshold = check_number(threshold, "threshold")
        self.activation = _keeping_signs(keras.activations.get(activation))
        self.project = keras.layers.Dense(
            bits,
            use_bias=False,
            kernel_initializer="orthogonal",
            name="project",
            dtype="float32",
        )
        self.center = keras.layers.BatchNormalization(
            momentum=0.9,
            epsilon=1e-5,  # projections of unit vectors have small variances
            synchronized=True,
            name="center",
            dtype="float32",
        )

    def build(self, input_shape):
        """Makes the weights."""
        self.project.build(input_shape)
        shape = self.compute_output_shape(input_shape)
        self.center.build(shape)
        if isinstance(self.activation, keras.layers.Layer):
            self.activation.build(shape)

    def call(self, inputs, training=False):
        """Code values of one batch."""
        values = self.center(self.project(inputs), training=training) - self.threshold
        return tf.cast(self.activation(values), tf.float32)

    def recalibrate(self, features, batch_size=1024):
        """Centres every bit on a collection other than the one trained on.

        Puts mean and variance of these features in place of the running statistics, so
        that each bit is cut where this collection has its middle. Codes made before are
        not comparable with those made after.

        Args:
            features: (items, dim) finite numbers, what the head is given.
            batch_size: items projected at a time.

        Raises:
            ValueError: bad input, fewer than two items, or a head without weights yet.

        Reference: Hoe et al., 2021, supplementary material, table 6.
        """
        features = as_vectors(features, "features")
        if not self.center.built:
            raise ValueError(
                f"Expected a head that has weights; call it once. Received: {self.name}"
            )
        if len(features) < 2:
            raise ValueError(
                f"Expected at least two items, for a variance. Received: {len(features)}"
            )
        values = np.concatenate(
            [
                np.float64(self.project(features[start : start + batch_size]))
                for start in range(0, len(features), batch_size)
            ]
        )
        self.center.moving_mean.assign(values.mean(axis=0))
        self.center.moving_variance.assign(values.var(axis=0))

    def compute_output_shape(self, input_shape):
        """The shape that comes in, with `bits` values."""
        return (*input_shape[:-1], self.bits)

    def compute_output_spec(self, inputs, training=False):
        """Float32 under every dtype policy."""
        return keras.KerasTensor(self.compute_output_shape(inputs.shape), "float32")

    def get_config(self):
        """Settings to rebuild the layer from."""
        own = {
            "bits": self.bits,
            "threshold": self.threshold,
            "activation": keras.activations.serialize(self.activation),
        }
        return {**super().get_config(), **own}


def _keeping_signs(activation):
    """The activation; a layer, which may need weights first, is not looked at."""
    if not isinstance(activation, keras.layers.Layer):
        low, high = np.asarray(activation(tf.constant([[-1.0, 1.0]])))[0]
        if low > 0 or not high > 0:
            raise ValueError(
                "Expected an activation that keeps the sign of values, such as 'tanh'. "
                f"Received: {getattr(activation, '__name__', activation)}, which makes "
                f"{low:.3g} of -1 and {high:.3g} of 1"
            )
    return activation
