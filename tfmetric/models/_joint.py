"""Joint network: an embedding and its binary code from one encoder."""

import keras

from tfmetric import losses
from tfmetric._core._bits import pack_bits
from tfmetric._core._checks import check_count, check_not_negative
from tfmetric._core._registry import registered
from tfmetric.encoders import Features
from tfmetric.layers import HashHead, UnitNorm
from tfmetric.losses.hashing import QuantizationLoss
from tfmetric.models._hashing import default_code_loss
from tfmetric.models._labelled import CodeNetwork


@registered
class JointNetwork(CodeNetwork):
    """Maps an input to a unit vector and that to a binary code, trained together.

    The code filters a large collection by Hamming distance, the embedding re-ranks what
    is left: see `tfmetric.retrieval.TwoStageIndex`. Three terms add up, each logged:
    "embedding", a metric loss on the embedding; "hash", one on the relaxed code; and
    "quantization", which moves the relaxed code to -1 and +1.

    Args:
        encoder: a Keras model, or None for `tfmetric.encoders.small_conv_net()`.
        embedding_dim: length of the embedding.
        bits: length of the code.
        hash_weight: weight of the code's metric loss beside that of the embedding.
        quantization_weight: weight of the quantisation term.
        name: name of the model.
        dtype: precision, such as "mixed_float16"; None for Keras' global one.

    Shapes: (batch, …) to a dict of "embedding", (batch, embedding_dim) float32 of length
    one, and "code", (batch, bits) float32, relaxed values in -1..1.

    Raises:
        ValueError: sizes that are not whole numbers above zero, or negative weights.

    `compile(loss={"embedding": …, "hash": …})` takes any losses of labels and embeddings.
    """

    def __init__(
        self,
        encoder=None,
        embedding_dim=128,
        bits=64,
        hash_weight=1.0,
        quantization_weight=0.1,
        name="joint_network",
        dtype=None,
    ):
        super().__init__(name=name, dtype=dtype)
        self.embedding_dim = check_count(embedding_dim, "embedding_dim")
        self.hash_weight = check_not_negative(hash_weight, "hash_weight")
        self.quantization_weight = check_not_negative(
            quantization_weight, "quantization_weight"
        )
        self.features = Features(encoder, name="features", dtype=dtype)
        self.project = keras.layers.Dense(embedding_dim, name="project", dtype=dtype)
        self.unit_norm = UnitNorm(name="unit_norm")
        self.hash_head = HashHead(bits, name="hash_head", dtype=dtype)

    @property
    def bits(self):
        """Length of the code."""
        return self.hash_head.bits

    def build(self, input_shape):
        """Makes the weights."""
        self.features.build(input_shape)
        shape = self.features.compute_output_shape(input_shape)
        self.project.build(shape)
        self.hash_head.build((shape[0], self.embedding_dim))

    def call(self, inputs, training=False):
        """Embedding and relaxed code of one batch."""
        features = self.features(inputs, training=training)
        embedding = self.unit_norm(self.project(features))
        code = self.hash_head(embedding, training=training)
        return {"embedding": embedding, "code": code}

    def loss_view(self, y, y_pred):
        """The output that each term looks at."""
        code = y_pred["code"]
        terms = {"embedding": y_pred["embedding"], "hash": code, "quantization": code}
        return super().loss_view(y, terms)

    def default_loss(self):
        """A metric loss on each output, and quantisation."""
        return {
            "embedding": losses.TripletLoss(),
            "hash": default_code_loss(),
            "quantization": QuantizationLoss(),
        }

    def default_loss_weights(self):
        """Weights of the terms beside the embedding's."""
        return {
            "embedding": 1.0,
            "hash": self.hash_weight,
            "quantization": self.quantization_weight,
        }

    def encode(self, images, batch_size=32):
        """Embeddings and packed codes of images from one pass of the encoder.

        Returns:
            (images, embedding_dim) float32 and (images, ceil(bits / 8)) uint8.
        """
        outputs = self._outputs(images, batch_size)
        return outputs["embedding"], pack_bits(outputs["code"])

    def embed(self, images, batch_size=32):
        """Embeddings of images: (images, embedding_dim) float32 NumPy."""
        return self._outputs(images, batch_size)["embedding"]

    def _code_values(self, images, batch_size):
        return self._outputs(images, batch_size)["code"]

    def get_config(self):
        """Settings to rebuild the model from."""
        return {
            **super().get_config(),
            "encoder": keras.saving.serialize_keras_object(self.features.encoder),
            "embedding_dim": self.embedding_dim,
            "bits": self.bits,
            "hash_weight": self.hash_weight,
            "quantization_weight": self.quantization_weight,
        }
