"""Triplet network: one encoder, an anchor, a positive and a negative."""

import keras

from tfmetric import distances, losses
from tfmetric._core._registry import registered
from tfmetric.models._tuples import TupleNetwork


@registered
class TripletNetwork(TupleNetwork):
    """Measures an anchor against a positive and a negative through one encoder.

    Call it on `[anchor, positive, negative]`; train it with
    `fit([anchor, positive, negative])`, no targets needed. Where class labels are known,
    `EmbeddingNetwork` finds the triplets of a batch itself and learns from far more.

    Args:
        encoder: a Keras model, or None for `tfmetric.encoders.small_conv_net()`.
        distance: name or `Distance`.
        name: name of the model.
        dtype: precision, such as "mixed_float16"; None for Keras' global one.

    Shapes: three (batch, …) inputs to a pair of (batch,) float32: the distances anchor to
    positive and anchor to negative.

    Raises:
        ValueError: unknown distance, or inputs that are not three.

    Reference: Hoffer, Ailon, 2015, "Deep metric learning using Triplet network",
    arXiv:1412.6622. The default loss is `TripletTupleLoss`.
    """

    members = ("anchor", "positive", "negative")

    def __init__(
        self,
        encoder=None,
        distance="squared_euclidean",
        name="triplet_network",
        dtype=None,
    ):
        super().__init__(encoder, name, dtype)
        self.distance = distances.get(distance)

    def call(self, inputs, training=False):
        """Distances of the triplets of one batch."""
        anchor, positive, negative = self._encode(inputs, training)
        return (
            self.distance.paired(anchor, positive),
            self.distance.paired(anchor, negative),
        )

    def default_loss(self):
        """The hinge of triplets."""
        return losses.TripletTupleLoss()

    def get_config(self):
        """Settings to rebuild the model from."""
        return {
            **super().get_config(),
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "distance": keras.saving.serialize_keras_object(self.distance),
        }
