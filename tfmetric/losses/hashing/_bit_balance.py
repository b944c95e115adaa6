"""Bit balance: every bit is set for half of the batch."""

import tensorflow as tf

from tfmetric._core._numerics import as_vectors_in_graph
from tfmetric._core._registry import registered
from tfmetric.losses._base import compiled
from tfmetric.losses._views import UnlabelledLoss


@registered
@compiled
def bit_balance_loss(y_true, values):
    """Mean square of what each bit is on average.

        h = tanh(u)
        loss = mean over bits k of (mean over the batch of h[i, k])²

    A term beside another loss, where codes use few of their words: a bit that is the same
    for all examples says nothing. 1 where all are, 0 where each bit is set for half. A
    `HashHead` centres its bits by itself, and needs it less.

    Args:
        y_true: not used; Keras gives one.
        values: (batch, bits) float before any tanh, such as a `HashHead` gives.

    Returns:
        (batch,), each row the loss of the batch: it is not a sum over examples. So
        weights of examples weigh the batch, and do not tell its examples apart.

    Raises:
        ValueError: values that are not of rank two.

    Cost: O(batch · bits).

    Reference: Weiss, Torralba, Fergus, 2008, "Spectral Hashing", NIPS, ask for balanced
    bits as a constraint; as a term of deep hashing it is of Liong, Lu, Wang, Moulin, Zhou,
    2015, "Deep Hashing for Compact Binary Codes Learning", CVPR. Here the bits are
    relaxed by tanh.

    >>> bit_balance_loss(None, [[9.0, 9.0], [9.0, -9.0]]).numpy().round(6).tolist()
    [0.5, 0.5]
    """
    codes = tf.tanh(as_vectors_in_graph(values))
    batch = tf.shape(codes)[0]
    means = tf.reduce_sum(codes, axis=0) / tf.cast(tf.maximum(batch, 1), codes.dtype)
    return tf.fill([batch], tf.reduce_mean(means**2))


@registered
class BitBalanceLoss(UnlabelledLoss):
    """`bit_balance_loss` as a Keras loss: `loss(y_true, values)`."""

    def __init__(self, name="bit_balance_loss", reduction="sum_over_batch_size"):
        super().__init__(bit_balance_loss, {}, name, reduction)
