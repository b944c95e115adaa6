"""One vector per example, whatever the encoder gives."""

import keras
import tensorflow as tf

from tfmetric._core._registry import registered
from tfmetric.encoders._small_conv_net import small_conv_net


@registered
class Features(keras.layers.Layer):
    """Runs an encoder and brings its output to shape (batch, dim).

    Feature maps, such as `keras.applications` models give without their top, are averaged
    over height and width; a sequence over its steps.

    Args:
        encoder: a Keras model, or None for `small_conv_net()`. Several inputs are a dict
            by name, as those of `tabular_encoder`.

    Raises:
        ValueError: `encoder` is no Keras model; wrap a layer in `keras.Sequential`.
    """

    def __init__(self, encoder=None, name=None, dtype=None, trainable=True):
        super().__init__(name=name, dtype=dtype, trainable=trainable, autocast=False)
        encoder = small_conv_net() if encoder is None else encoder
        if not isinstance(encoder, keras.Model):
            raise ValueError(f"Expected encoder to be a Keras model. Received: {encoder!r}")
        inputs = getattr(encoder, "inputs", None) or [None]
        self.encoder = encoder
        if len(inputs) != 1 and self.columns is None:
            raise ValueError(
                "Expected an encoder of one input. "
                f"Received: {len(inputs)} inputs; several are a dict by name"
            )

    @property
    def columns(self):
        """The encoder's inputs by name, where it takes a dict; else None."""
        inputs = getattr(self.encoder, "input", None)
        return inputs if isinstance(inputs, dict) else None

    def build(self, input_shape):
        """Makes the encoder's weights, or checks that its inputs will fit."""
        if not self.encoder.built:
            self.encoder.build(input_shape)
        if self.columns is not None or isinstance(input_shape, dict):
            _check_names(self.columns, input_shape)
            return
        expected = tf.TensorShape(getattr(self.encoder, "input_shape", None))
        if not expected.is_compatible_with(input_shape):
            raise ValueError(
                f"Expected inputs of shape {tuple(expected)}, as the encoder takes. "
                f"Received: shape={tuple(input_shape)}"
            )

    def call(self, inputs, training=False):
        """Features of one batch."""
        if isinstance(inputs, dict):  # graphs sort names, and Keras warns of that
            inputs = {name: inputs[name] for name in self.columns}
        outputs = self.encoder(inputs, training=training)
        rank = len(outputs.shape)
        if rank == 2:
            return outputs
        return tf.reduce_mean(outputs, axis=tuple(range(1, rank - 1)))

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


def _check_names(expected, received):
    names = [
        sorted(each) if isinstance(each, dict) else "one array"
        for each in (expected, received)
    ]
    if names[0] != names[1]:
        raise ValueError(
            f"Expected inputs by name as the encoder takes them: {names[0]}. "
            f"Received: {names[1]}"
        )
