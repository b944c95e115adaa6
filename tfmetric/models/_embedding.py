"""Embedding network: images and labels in, unit vectors out."""

import keras

from tfmetric import losses
from tfmetric._core._checks import check_count
from tfmetric._core._registry import registered
from tfmetric.encoders import Features
from tfmetric.layers import UnitNorm
from tfmetric.models._labelled import LabelledNetwork


@registered
class EmbeddingNetwork(LabelledNetwork):
    """Maps an input to a unit vector; inputs of one class come close together.

    Train it with `fit(images, labels)` or `fit(dataset)`. The loss finds its tuples in
    the batch, so batches need several examples of a class: see
    `tfmetric.data.balanced_batches`.

    Args:
        encoder: a Keras model, or None for `tfmetric.encoders.small_conv_net()`.
        embedding_dim: length of the embedding.
        name: name of the model.
        dtype: precision, such as "mixed_float16"; None for Keras' global one.

    Shapes: (batch, …) to (batch, embedding_dim) float32 of length one.

    Raises:
        ValueError: `embedding_dim` is not a whole number above zero, or no labels.

    The default loss is `TripletLoss`; any loss of `tfmetric.losses` that takes labels and
    embeddings goes into `compile(loss=…)`.
    """

    def __init__(
        self, encoder=None, embedding_dim=128, name="embedding_network", dtype=None
    ):
        super().__init__(name=name, dtype=dtype)
        self.embedding_dim = check_count(embedding_dim, "embedding_dim")
        self.features = Features(encoder, name="features", dtype=dtype)
        self.project = keras.layers.Dense(embedding_dim, name="project", dtype=dtype)
        self.unit_norm = UnitNorm(name="unit_norm")

    def build(self, input_shape):
        """Makes the weights."""
        self.features.build(input_shape)
        shape = self.features.compute_output_shape(input_shape)
        self.project.build(shape)

    def call(self, inputs, training=False):
        """Embeds one batch."""
        return self.unit_norm(self.project(self.features(inputs, training=training)))

    def embed(self, images, batch_size=32):
        """Embeddings of images: (images, embedding_dim) float32 NumPy."""
        return self._outputs(images, batch_size)

    def default_loss(self):
        """Triplets of the batch."""
        return losses.TripletLoss()

    def get_config(self):
        """Settings to rebuild the model from."""
        return {
            **super().get_config(),
            "encoder": keras.saving.serialize_keras_object(self.features.encoder),
            "embedding_dim": self.embedding_dim,
        }
