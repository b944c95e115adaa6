"""Quantisation loss: relaxed code values move to -1 or +1, so that the sign is them."""

import tensorflow as tf

from tfmetric._core._numerics import at_least_float32
from tfmetric._core._registry import registered
from tfmetric.losses._base import FunctionLoss, compiled


@registered
@compiled
def quantization_loss(y_true, values):
    """Mean squared distance of code values to the nearer of -1 and +1.

        loss[i] = mean over bits k of (1 - |u[i, k]|)²

    A small weight beside a metric loss: too much of it freezes the bits as they are.

    Args:
        y_true: not used; Keras gives one.
        values: (batch, bits) float, relaxed values such as a `HashHead` gives.

    Returns:
        (batch,).

    Cost: O(batch · bits).

    Reference: Li, Wang, Kang, 2016, "Feature Learning based Deep Supervised Hashing with
    Pairwise Labels", arXiv:1511.03855, the second term of equation 4, per bit.

    >>> quantization_loss(None, [[1.0, -1.0], [0.5, -0.5]]).numpy().tolist()
    [0.0, 0.25]
    """
    return tf.reduce_mean(tf.square(1 - tf.abs(at_least_float32(values))), axis=-1)


@registered
class QuantizationLoss(FunctionLoss):
    """`quantization_loss` as a Keras loss: `loss(y_true, values)`."""

    def __init__(self, name="quantization_loss", reduction="sum_over_batch_size"):
        super().__init__(quantization_loss, {}, name, reduction)
