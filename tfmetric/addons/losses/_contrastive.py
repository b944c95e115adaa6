"""Contrastive loss of pairs whose distance is known."""

import tensorflow as tf

from tfmetric._core._numerics import at_least_float32
from tfmetric.addons.losses._base import as_margin, registered
from tfmetric.addons.losses._distances import like
from tfmetric.losses._base import FunctionLoss, compiled


@registered
@compiled
def contrastive_loss(y_true, y_pred, margin=1.0):
    """Contrastive loss of pairs, 1 for similar ones.

        loss = y · d² + (1 - y) · max(0, margin - d)²

    Args:
        y_true: (batch,), 1 where the two are similar, 0 where they are not.
        y_pred: (batch,) float, the distance of each pair.
        margin: a number, in units of the distance.

    Returns:
        One value per pair, of the shape and type of `y_pred`.

    Cost: O(batch).

    >>> contrastive_loss([1, 0, 1, 0], [0.5, 0.5, 2.0, 2.0]).numpy().tolist()
    [0.25, 0.25, 4.0, 0.0]
    """
    d = at_least_float32(y_pred)
    same = tf.cast(tf.reshape(y_true, tf.shape(d)), d.dtype)
    apart = tf.maximum(margin - d, 0)
    return like(same * tf.square(d) + (1 - same) * tf.square(apart), y_pred)


@registered
class ContrastiveLoss(FunctionLoss):
    """`contrastive_loss` as a Keras loss: `loss(y_true, y_pred)`."""

    def __init__(
        self, margin=1.0, reduction="sum_over_batch_size", name="contrastive_loss"
    ):
        settings = {"margin": as_margin(margin)}
        super().__init__(contrastive_loss, settings, name, reduction)
