"""Hashing network: images and labels in, binary codes out."""

import keras

from tfmetric._core._checks import check_not_negative
from tfmetric._core._registry import registered
from tfmetric.encoders import Features
from tfmetric.layers import HashHead
from tfmetric.losses import TripletLoss
from tfmetric.losses.hashing import QuantizationLoss
from tfmetric.models._labelled import CodeNetwork


def default_code_loss():
    """Triplets of relaxed codes: the cosine distance is twice the share of bits apart."""
    return TripletLoss(margin=0.5, distance="cosine", name="hash")


@registered
class HashingNetwork(CodeNetwork):
    """Maps an input to a binary code; inputs of one class come few bits apart.

    Calling it gives relaxed values in -1..1, which is what it trains on; `codes` and
    `packed_codes` give the bits. Two terms add up, each logged: "hash", a metric loss on
    the relaxed values, and "quantization", which moves them to -1 and +1.

    Args:
        encoder: a Keras model, or None for `tfmetric.encoders.small_conv_net()`.
        bits: length of the code.
        threshold: moves the cut of every bit; 0 cuts each near the middle of the data.
        quantization_weight: weight of that term beside the metric loss.
        name: name of the model.
        dtype: precision, such as "mixed_float16"; None for Keras' global one.

    Shapes: (batch, …) to (batch, bits) float32.

    Raises:
        ValueError: `bits` is not a whole number above zero, or a negative weight.

    `compile(loss={"hash": …})` takes any loss of labels and embeddings.
    """

    def __init__(
        self,
        encoder=None,
        bits=32,
        threshold=0.0,
        quantization_weight=0.1,
        name="hashing_network",
        dtype=None,
    ):
        super().__init__(name=name, dtype=dtype)
        self.features = Features(encoder, name="features", dtype=dtype)
        self.hash_head = HashHead(bits, threshold, name="hash_head", dtype=dtype)
        self.quantization_weight = check_not_negative(
            quantization_weight, "quantization_weight"
        )

    @property
    def bits(self):
        """Length of the code."""
        return self.hash_head.bits

    def build(self, input_shape):
        """Makes the weights."""
        self.features.build(input_shape)
        self.hash_head.build(self.features.compute_output_shape(input_shape))

    def call(self, inputs, training=False):
        """Relaxed code values of one batch."""
        features = self.features(inputs, training=training)
        return self.hash_head(features, training=training)

    def loss_view(self, y, y_pred):
        """The code values, once for each term."""
        return super().loss_view(y, {"hash": y_pred, "quantization": y_pred})

    def default_loss(self):
        """A metric loss on the relaxed code, and quantisation."""
        return {"hash": default_code_loss(), "quantization": QuantizationLoss()}

    def default_loss_weights(self):
        """Quantisation counts `quantization_weight`."""
        return {"hash": 1.0, "quantization": self.quantization_weight}

    def _code_values(self, images, batch_size):
        return self._outputs(images, batch_size)

    def get_config(self):
        """Settings to rebuild the model from."""
        return {
            **super().get_config(),
            "encoder": keras.saving.serialize_keras_object(self.features.encoder),
            "bits": self.bits,
            "threshold": self.hash_head.threshold,
            "quantization_weight": self.quantization_weight,
        }
