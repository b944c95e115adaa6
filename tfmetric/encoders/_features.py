"""One vector per example, whatever the encoder gives."""

import keras

from tfmetric._core._registry import registered
from tfmetric.encoders._small_conv_net import small_conv_net


@registered
class Features(keras.layers.Layer):
    """Runs an encoder and brings its output to shape (batch, dim).

    Feature maps, such as `keras.applications` models give without their top, are averaged
    over height and width; a sequence over its steps.

    Args:
        encoder: a Keras model or layer, or None for `small_conv_net()`.

    Raises:
        ValueError: `encoder` is no Keras layer.
    """

    def __init__(self, encoder=None, name=None, dtype=None, trainable=True):
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        encoder = small_conv_net() if encoder is None else encoder
        if not isinstance(encoder, keras.layers.Layer):
            raise ValueError(
                f"Expected encoder to be a Keras model or layer. Received: {encoder!r}"
            )
        self.encoder = encoder

    def build(self, input_shape):
        """Makes the encoder's weights."""
        if not self.encoder.built:
            self.encoder.build(input_shape)

    def call(self, inputs, training=False):
        """Features of one batch."""
        outputs = self.encoder(inputs, training=training)
        rank = len(outputs.shape)
        if rank == 2:
            return outputs
        return keras.ops.mean(outputs, axis=tuple(range(1, rank - 1)))

    def compute_output_shape(self, input_shape):
        """(batch, dim)."""
        shape = self.encoder.compute_output_shape(input_shape)
        return (shape[0], shape[-1])

    def get_config(self):
        """Settings to rebuild the layer from."""
        encoder = keras.saving.serialize_keras_object(self.encoder)
        return {**super().get_config(), "encoder": encoder}

    @classmethod
    def from_config(cls, config):
        """Rebuilds the layer from `get_config`."""
        return cls(**keras.saving.deserialize_keras_object(config))
