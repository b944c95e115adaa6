"""What the networks of explicit pairs, triplets and quadruplets share."""

import numpy as np
import tensorflow as tf

from tfmetric.encoders import Features
from tfmetric.models._base import MetricModel, check_arrays


class TupleNetwork(MetricModel):
    """One encoder for every member of a tuple; the output compares the members."""

    members = ()

    def __init__(self, encoder, name):
        super().__init__(name=name)
        self.features = Features(encoder, name="features")

    @property
    def encoder(self):
        """The model that all members share."""
        return self.features.encoder

    def embed(self, images, batch_size=32):
        """Features of single images.

        Args:
            images: array of what the encoder takes, one item a row.
            batch_size: images at a time.

        Returns:
            (images, dim) float32.
        """
        check_arrays(images)
        outputs = self.encoder.predict(images, batch_size=batch_size, verbose=0)
        axes = tuple(range(1, outputs.ndim - 1))
        return outputs.mean(axis=axes, dtype=np.float32).astype(np.float32)

    def _encode(self, inputs, training):
        """Features of each member, (batch, dim), in the order of `members`."""
        if isinstance(inputs, dict) and set(inputs) == set(self.members):
            inputs = [inputs[member] for member in self.members]
        if not isinstance(inputs, list | tuple) or len(inputs) != len(self.members):
            names = ", ".join(self.members)
            raise ValueError(
                f"Expected [{names}]; a dataset yields ([{names}],), or a dict of these "
                f"names. Received: {_describe(inputs)}"
            )
        return [self.features(member, training=training) for member in inputs]

    def loss_view(self, y, y_pred):
        """One column per distance; without targets, zeros that no loss looks at."""
        if isinstance(y_pred, tuple):
            y_pred = tf.stack(y_pred, axis=-1)
        if y is None:
            y = tf.zeros(tf.shape(y_pred)[:1])
        return y, y_pred


def _describe(inputs):
    if isinstance(inputs, dict):
        return f"a dict of {', '.join(map(repr, inputs))}"
    if isinstance(inputs, list | tuple):
        return f"{len(inputs)} inputs"
    return f"one input of shape {inputs.shape}"
