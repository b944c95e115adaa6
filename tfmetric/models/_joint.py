"""Joint network: an embedding and its binary code from one encoder."""

import keras

from tfmetric import losses
from tfmetric._core._bits import pack_bits
from tfmetric._core._checks import check_count
from tfmetric._core._registry import registered
from tfmetric.encoders import Features
from tfmetric.layers import HashHead, UnitNorm
from tfmetric.losses.hashing import PairwiseLikelihoodLoss
from tfmetric.models._codes import CodeNetwork, class_loss, code_classifier


@registered
class JointNetwork(CodeNetwork):
    """Maps an input to a unit vector and that to a binary code, trained together.

    The code filters a large collection by Hamming distance, the embedding re-ranks what
    is left: see `tfmetric.retrieval.TwoStageIndex`. Each output has a loss, or several by
    name, and each is logged; the defaults are `TripletLoss` and `PairwiseLikelihoodLoss`:

        model.compile(
            "adam",
            loss={"embedding": TripletLoss(), "code": OrthoHashLoss(10)},
            loss_weights={"code": 0.5},
        )

    Args:
        encoder: a Keras model, or None for `tfmetric.encoders.small_conv_net()`.
        embedding_dim: length of the embedding.
        bits: length of the code.
        activation: of the `HashHead`; None, a name, or a layer such as `Sign`.
        num_classes: None, or the number of classes that an output "class", logits from
            the code, has in training; its default loss is cross-entropy.
        name: name of the model.
        dtype: precision, such as "mixed_float16"; None for Keras' global one.

    Shapes: (batch, …) to a dict of "embedding", (batch, embedding_dim) float32 of length
    one, and "code", (batch, bits) float32, values whose sign is the code.

    Raises:
        ValueError: sizes that are not whole numbers above zero, or another bad setting.
    """

    def __init__(
        self,
        encoder=None,
        embedding_dim=128,
        bits=64,
        activation=None,
        num_classes=None,
        name="joint_network",
        dtype=None,
    ):
        super().__init__(name=name, dtype=dtype)
        self.embedding_dim = check_count(embedding_dim, "embedding_dim")
        self.features = Features(encoder, name="features", dtype=dtype)
        self.project = keras.layers.Dense(embedding_dim, name="project", dtype=dtype)
        self.unit_norm = UnitNorm(name="unit_norm")
        self.hash_head = HashHead(
            bits, activation=activation, name="hash_head", dtype=dtype
        )
        self.num_classes = num_classes
        self.classifier = code_classifier(num_classes, dtype)

    def build(self, input_shape):
        """Makes the weights."""
        self.features.build(input_shape)
        shape = self.features.compute_output_shape(input_shape)
        self.project.build(shape)
        self.build_code((shape[0], self.embedding_dim))

    def call(self, inputs, training=False):
        """Embedding and relaxed code of one batch."""
        features = self.features(inputs, training=training)
        embedding = self.unit_norm(self.project(features))
        code = self.hash_head(embedding, training=training)
        return {"embedding": embedding, "code": code}

    def default_loss(self):
        """The loss of each output."""
        return {
            "embedding": losses.TripletLoss(),
            "code": PairwiseLikelihoodLoss(),
            **class_loss(self.num_classes),
        }

    def recalibrate(self, images, batch_size=32):
        """Centres every bit on a collection other than the one trained on.

        Bits that split the training images in half need not do so on images of another
        kind; see `HashHead.recalibrate`. Embeddings stay; encode the codes anew.

        Raises:
            ValueError: bad input, or fewer than two images.
        """
        self.hash_head.recalibrate(self.embed(images, batch_size))

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
            "activation": self.hash_head.get_config()["activation"],
            "num_classes": self.num_classes,
        }
