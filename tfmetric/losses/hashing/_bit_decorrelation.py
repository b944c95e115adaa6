"""Bit decorrelation: no bit says what another one says."""

import tensorflow as tf

from tfmetric._core._numerics import as_vectors_in_graph
from tfmetric._core._registry import registered
from tfmetric.losses._base import compiled
from tfmetric.losses._views import UnlabelledLoss


@registered
@compiled
def bit_decorrelation_loss(y_true, values):
    """How far the products of bits, on average over the batch, are from the identity.

        H = tanh(u), (batch, bits)
        loss = ‖Hᵀ H / batch - I‖² / bits

    A term beside another loss, where bits repeat each other: bits that are balanced and
    independent carry most. The cells on the diagonal draw values to -1 and +1. Of fewer
    examples than bits the products cannot be the identity: take a batch of a few times
    `bits`. 0 where bits are uncorrelated signs, `bits - 1` where all are the same.

    Args:
        y_true: not used; Keras gives one.
        values: (batch, bits) float before any tanh, such as a `HashHead` gives.

    Returns:
        (batch,), each row the loss of the batch: it is not a sum over examples. So
        weights of examples weigh the batch, and do not tell its examples apart.

    Raises:
        ValueError: values that are not of rank two.

    Cost: O(batch · bits²) time, O(bits²) memory.

    Reference: Weiss, Torralba, Fergus, 2008, "Spectral Hashing", NIPS, ask for
    uncorrelated bits as a constraint. Here they are relaxed by tanh, and the square is
    divided by the number of bits, so that one weight serves codes of every length.

    >>> values = [[9.0, 9.0], [9.0, 9.0]]  # Hᵀ H / 2 = [[1, 1], [1, 1]]
    >>> bit_decorrelation_loss(None, values).numpy().round(6).tolist()
    [1.0, 1.0]
    """
    codes = tf.tanh(as_vectors_in_graph(values))
    batch, bits = tf.shape(codes)[0], tf.shape(codes)[1]
    products = tf.matmul(codes, codes, transpose_a=True)
    products /= tf.cast(tf.maximum(batch, 1), codes.dtype)
    apart = products - tf.eye(bits, dtype=codes.dtype)
    return tf.fill([batch], tf.reduce_sum(apart**2) / tf.cast(bits, codes.dtype))


@registered
class BitDecorrelationLoss(UnlabelledLoss):
    """`bit_decorrelation_loss` as a Keras loss: `loss(y_true, values)`."""

    def __init__(self, name="bit_decorrelation_loss", reduction="sum_over_batch_size"):
        super().__init__(bit_decorrelation_loss, {}, name, reduction)
