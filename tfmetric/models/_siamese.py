"""Siamese network: one encoder, two inputs, one comparison."""

import keras
import tensorflow as tf

from tfmetric import distances, losses
from tfmetric._core._checks import check_choice
from tfmetric._core._registry import registered
from tfmetric.models._tuples import TupleNetwork

_HEADS = ("distance", "similarity", "difference")


@registered
class SiameseNetwork(TupleNetwork):
    """Compares two inputs through one encoder: trained on pairs, same or different.

    Call it on `[x1, x2]`; train it with `fit([x1, x2], same)`, where `same` is 1 for a
    pair of one class and 0 for any other.

    Args:
        encoder: a Keras model, or None for `tfmetric.encoders.small_conv_net()`.
        head: what becomes of the two features h1, h2.
            "distance": their distance, small where same. Default loss: contrastive.
            "similarity": sigmoid(Dense(|h1 - h2|)), near 1 where same. Default loss:
            binary cross-entropy.
            "difference": a weighted sum of |h1 - h2| with learned weights >= 0, a
            distance, small where same. Default loss: contrastive.
            A Keras layer: called on `[h1, h2]`, gives (batch,) or (batch, 1); `compile`
            then needs a loss.
        distance: name or `Distance`, for head "distance".
        name: name of the model.
        dtype: precision, such as "mixed_float16"; None for Keras' global one.

    Shapes: two (batch, …) inputs to (batch,) float32.

    Raises:
        ValueError: unknown head or distance, or inputs that are not two.

    Reference: Bromley, Guyon, LeCun, Säckinger, Shah, 1993, "Signature Verification using
    a Siamese Time Delay Neural Network"; "similarity" is that of Koch, Zemel,
    Salakhutdinov, 2015, "Siamese Neural Networks for One-shot Image Recognition".
    """

    members = ("x1", "x2")

    def __init__(
        self,
        encoder=None,
        head="distance",
        distance="squared_euclidean",
        name="siamese_network",
        dtype=None,
    ):
        super().__init__(encoder, name, dtype)
        if not isinstance(head, keras.layers.Layer):
            check_choice(head, _HEADS, "head")
        self.head = head
        self.distance = distances.get(distance)
        if head == "similarity":
            self.compare = keras.layers.Dense(1, dtype="float32", name="similarity")
        elif head == "difference":
            self.compare = keras.layers.Dense(
                1,
                use_bias=False,
                kernel_constraint="non_neg",
                dtype="float32",
                name="difference",
            )

    def build(self, input_shape):
        """Makes the weights of the encoder and of the head."""
        super().build(input_shape)
        shape = self.features.compute_output_shape(self._in_order(input_shape)[0])
        if self.head == "difference":
            # It starts as the mean absolute difference.
            self.compare.kernel_initializer = keras.initializers.Constant(1 / shape[-1])
        if self.head in ("similarity", "difference"):
            self.compare.build(shape)
        elif self.head != "distance":
            self.head.build([shape, shape])

    def call(self, inputs, training=False):
        """Compares the pairs of one batch."""
        h1, h2 = self._encode(inputs, training)
        if self.head == "distance":
            return self.distance.paired(h1, h2)
        if self.head == "similarity":
            return tf.sigmoid(self.compare(tf.abs(h1 - h2))[:, 0])
        if self.head == "difference":
            return self.compare(tf.abs(h1 - h2))[:, 0]
        outputs = tf.convert_to_tensor(self.head([h1, h2]))
        if outputs.shape.rank != 1 and outputs.shape[1:] != (1,):
            raise ValueError(
                "Expected head([h1, h2]) to give one value per pair, (batch,) or "
                f"(batch, 1). Received: shape={outputs.shape}"
            )
        return tf.reshape(outputs, [-1])

    def loss_view(self, y, y_pred):
        """Labels and outputs of the pairs as columns.

        Keras' losses average the last axis before they weigh examples and count replicas.
        """
        if y is None:
            raise ValueError(
                "Expected targets, 1 for a pair of one class and 0 for any other: "
                "fit([x1, x2], same). Received: y=None"
            )
        if y.shape.rank != 1 and y.shape[1:] != (1,):
            raise ValueError(
                "Expected one target per pair, (batch,) or (batch, 1). "
                f"Received: shape={y.shape}"
            )
        return tf.reshape(y, [-1, 1]), tf.reshape(y_pred, [-1, 1])

    def check_targets(self, y):
        """Refuses targets beyond 0..1, such as class labels."""
        if y.min() < 0 or y.max() > 1:
            raise ValueError(
                "Expected targets of 0 to 1: 1 for a pair of one class, 0 for any other. "
                f"Received: {y.min()} to {y.max()}"
            )

    def default_loss(self):
        """The loss that fits the head."""
        if self.head == "similarity":
            return keras.losses.BinaryCrossentropy()
        if self.head in ("distance", "difference"):
            squared = type(self.distance) is distances.SquaredEuclidean
            is_squared = squared and self.head == "distance"
            return losses.ContrastiveTupleLoss(power=1 if is_squared else 2)
        return super().default_loss()

    def get_config(self):
        """Settings to rebuild the model from."""
        return {
            **super().get_config(),
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "head": keras.saving.serialize_keras_object(self.head),
            "distance": keras.saving.serialize_keras_object(self.distance),
        }
