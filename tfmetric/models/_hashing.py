"""Hashing network: images and labels in, binary codes out."""

import keras
import numpy as np

from tfmetric._core._registry import registered
from tfmetric.encoders import Features
from tfmetric.layers import HashHead
from tfmetric.losses.hashing import PairwiseLikelihoodLoss
from tfmetric.models._base import check_batch
from tfmetric.models._codes import CodeNetwork, class_loss, code_classifier


@registered
class HashingNetwork(CodeNetwork):
    """Maps an input to a binary code; inputs of one class come few bits apart.

    Calling it gives the values u that it trains on; `codes` and `packed_codes` give the
    bits, set where u > 0. The default loss is `PairwiseLikelihoodLoss`; any other of
    `tfmetric.losses.hashing`, and any metric loss, goes into `compile`:
    `loss=OrthoHashLoss(10)`, or several by name,

        loss={"code": {"hash": OrthoHashLoss(10), "balance": BitBalanceLoss()}}

    each logged. GreedyHash, which classifies by the code itself, is

        model = HashingNetwork(encoder, bits=64, num_classes=10)
        pull = QuantizationLoss("cubic")
        model.compile("adam", loss={"code": pull}, loss_weights={"code": 0.1})

    which needs class indices; for multi-hot labels "class" takes another loss, such as
    `keras.losses.BinaryCrossentropy(from_logits=True)`.

    Without labels, give `activation=BiHalf()` and features that a pretrained network
    has of the images, `fit(images, features)` with `SimilarityPreservingLoss`.

    Args:
        encoder: a Keras model, or None for `tfmetric.encoders.small_conv_net()`.
        bits: length of the code.
        threshold: moves the cut of every bit; 0 cuts each near the middle of the data.
        activation: of the `HashHead`; None, a name, or a layer such as `Sign`.
        num_classes: None, or the number of classes that an output "class", logits from
            the code, has in training; its default loss is cross-entropy.
        name: name of the model.
        dtype: precision, such as "mixed_float16"; None for Keras' global one.

    Shapes: (batch, …) to (batch, bits) float32.

    Raises:
        ValueError: `bits` is not a whole number above zero, or another bad setting.
    """

    def __init__(
        self,
        encoder=None,
        bits=32,
        threshold=0.0,
        activation=None,
        num_classes=None,
        name="hashing_network",
        dtype=None,
    ):
        super().__init__(name=name, dtype=dtype)
        self.features = Features(encoder, name="features", dtype=dtype)
        self.hash_head = HashHead(
            bits, threshold, activation, name="hash_head", dtype=dtype
        )
        self.num_classes = num_classes
        self.classifier = code_classifier(num_classes, dtype)

    def build(self, input_shape):
        """Makes the weights."""
        self.features.build(input_shape)
        self.build_code(self.features.compute_output_shape(input_shape))

    def call(self, inputs, training=False):
        """Code values of one batch."""
        features = self.features(inputs, training=training)
        return self.hash_head(features, training=training)

    def default_loss(self):
        """The loss of each output."""
        return {"code": PairwiseLikelihoodLoss(), **class_loss(self.num_classes)}

    def recalibrate(self, images, batch_size=32):
        """Centres every bit on a collection other than the one trained on.

        Bits that split the training images in half need not do so on images of another
        kind; see `HashHead.recalibrate`. Encode the collection, and the queries, anew.

        Raises:
            ValueError: bad input, or fewer than two images.
        """
        images = check_batch(images, self.features.encoder)
        features = [
            self.features(images[start : start + batch_size], training=False)
            for start in range(0, len(images), batch_size)
        ]
        self.hash_head.recalibrate(np.concatenate(features))

    def _code_values(self, images, batch_size):
        return self._outputs(images, batch_size)

    def get_config(self):
        """Settings to rebuild the model from."""
        head = self.hash_head.get_config()
        return {
            **super().get_config(),
            "encoder": keras.saving.serialize_keras_object(self.features.encoder),
            **{key: head[key] for key in ("bits", "threshold", "activation")},
            "num_classes": self.num_classes,
        }
