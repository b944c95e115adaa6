"""What the networks of explicit pairs, triplets and quadruplets share."""

import keras
import numpy as np
import tensorflow as tf

from tfmetric.encoders import Features
from tfmetric.losses import BatchLoss
from tfmetric.models._base import MetricModel, check_batch


class TupleNetwork(MetricModel):
    """One encoder for every member of a tuple; the output compares the members."""

    members: tuple[str, ...] = ()

    def __init__(self, encoder, name, dtype):
        super().__init__(name=name, dtype=dtype)
        self.features = Features(encoder, name="features", dtype=dtype)

    @property
    def encoder(self):
        """The model that all members share."""
        return self.features.encoder

    def compile(self, optimizer="adam", loss=None, loss_weights=None, **settings):
        """Configures training as `keras.Model.compile` does.

        Raises:
            ValueError: a loss of labels and embeddings, for here are distances.
        """
        if isinstance(loss, BatchLoss):
            raise ValueError(
                "Expected a loss on the distances of tuples, such as TripletTupleLoss. "
                f"Received: {type(loss).__name__}, which compares a labelled batch"
            )
        super().compile(optimizer, loss, loss_weights, **settings)

    def embed(self, images, batch_size=32):
        """Features of single images.

        Args:
            images: array of what the encoder takes, one item a row.
            batch_size: images at a time.

        Returns:
            (images, dim) float32.
        """
        images = check_batch(images, self.encoder)
        if not self.built:
            shape = keras.tree.map_structure(lambda column: column.shape, images)
            self.build([shape] * len(self.members))
        outputs = self.encoder.predict(images, batch_size=batch_size, verbose=0)
        axes = tuple(range(1, outputs.ndim - 1))
        return outputs.mean(axis=axes, dtype=np.float32).astype(np.float32)

    def build(self, input_shape):
        """Makes the encoder's weights, for members of the first one's shape."""
        self.features.build(self._in_order(input_shape)[0])

    def _encode(self, inputs, training):
        """Features of each member, (batch, dim), in the order of `members`."""
        members = self._in_order(inputs)
        return [self.features(member, training=training) for member in members]

    def _in_order(self, inputs):
        """The members, or their shapes, from a list or from a dict by name."""
        if isinstance(inputs, dict) and set(inputs) == set(self.members):
            inputs = [inputs[member] for member in self.members]
        # The shape of a lone input is a tuple too, of numbers.
        single = not isinstance(inputs, list | tuple) or isinstance(inputs[0], int | None)
        if single or len(inputs) != len(self.members):
            names = ", ".join(self.members)
            received = "one input" if single else f"{len(inputs)} inputs"
            if isinstance(inputs, dict):
                received = f"a dict of {', '.join(map(repr, inputs))}"
            raise ValueError(
                f"Expected [{names}]; a dataset yields (({names}),), or a dict of these "
                f"names. Received: {received}"
            )
        return inputs

    def loss_view(self, y, y_pred):
        """One column per distance; without targets, zeros that no loss looks at."""
        if isinstance(y_pred, tuple):
            y_pred = tf.stack(y_pred, axis=-1)
        if y is None:
            y = tf.zeros(tf.shape(y_pred)[:1])
        return y, y_pred
