"""Binary activation that gives each bit to half of the batch."""

import keras
import tensorflow as tf

from tfmetric._core._checks import check_not_negative
from tfmetric._core._global_batch import global_rows, replicas
from tfmetric._core._numerics import nan_if_any
from tfmetric._core._registry import registered
from tfmetric.layers._sign import straight_through_sign


@registered
class BiHalf(keras.layers.Layer):
    """Turns values into -1 or +1 so that each bit is set in half of the batch.

        training:  output = +1 for the floor(batch / 2) largest values of a bit, else -1
        at rest:   output = +1 where input > 0, else -1
        d output / d input := 1
        added loss = gamma / 2 · mean over batch and bits of (input - output)², in training

    A bit that splits the data in half says the most, and this asks for it without a
    weight to tune. The added loss pulls values to their side of zero, so that the sign at
    rest gives what training gave; it is part of Keras' total loss. Put it behind centred
    values, as `HashHead(bits, activation=BiHalf())` does. Equal values at the cut are -1.

    Args:
        gamma: >= 0, weight of the added loss.

    Shapes: (batch, bits), kept. Under a strategy the batch is the global one.

    Raises:
        ValueError: `gamma` < 0, or inputs that are not (batch, bits).

    Cost: a sort of each bit, O(batch · log(batch) · bits).

    Reference: Li, van Gemert, 2021, "Deep Unsupervised Image Hashing by Maximizing Bit
    Entropy", arXiv:2012.12334, equations 7 to 9. The paper adds gamma · (u - b) / size to
    the gradient, which is the gradient of the loss added here; as a loss it also keeps its
    weight under mixed precision.

    >>> values = tf.constant([[3.0], [1.0], [2.0], [9.0]])
    >>> BiHalf()(values, training=True)[:, 0].numpy().tolist()
    [1.0, -1.0, -1.0, 1.0]
    """

    def __init__(self, gamma=6.0, name=None, dtype="float32", trainable=True):
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.gamma = check_not_negative(gamma, "gamma")

    def build(self, input_shape):
        """Has no weights; checks the shape."""
        if len(input_shape) != 2:
            raise ValueError(
                f"Expected code values (batch, bits). Received: shape={tuple(input_shape)}"
            )

    def call(self, inputs, training=False):
        """Binarises one batch."""
        if not training:
            return straight_through_sign(inputs)
        everywhere = global_rows(tf.stop_gradient(inputs))
        codes = straight_through_sign(inputs - _cut(everywhere))
        gap = inputs - tf.stop_gradient(codes)
        # Keras averages what the replicas add, however many rows each has.
        share = tf.cast(tf.maximum(tf.size(everywhere), 1), gap.dtype) / replicas()
        self.add_loss(self.gamma / 2 * tf.reduce_sum(tf.square(gap)) / share)
        return codes

    def compute_output_shape(self, input_shape):
        """The shape that comes in."""
        return input_shape

    def get_config(self):
        """Settings to rebuild the layer from."""
        return {**super().get_config(), "gamma": self.gamma}


def _cut(values):
    """For each bit the value that half of the rows lie above, shape (bits,)."""
    batch = tf.shape(values)[0]
    ordered = tf.pad(tf.sort(values, axis=0), [[0, 1], [0, 0]])  # has a row if none came
    cut = tf.gather(ordered, tf.maximum(batch - batch // 2 - 1, 0))
    return cut + nan_if_any(values)
