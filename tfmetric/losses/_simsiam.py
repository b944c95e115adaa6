"""SimSiam: each view predicts the other, which stands still meanwhile."""

import tensorflow as tf

from tfmetric._core._numerics import unit_norm
from tfmetric._core._registry import registered
from tfmetric.losses._base import compiled
from tfmetric.losses._views import ViewLoss, split_views


@registered
@compiled
def simsiam_loss(y_true, outputs):
    """Negative cosine between the prediction of one view and the projection of the other.

        loss = -cos(p1, stop_gradient(z2)) / 2 - cos(p2, stop_gradient(z1)) / 2

    It needs neither negatives nor large batches, but a small predictor network: without
    one all embeddings collapse. The model gives both kinds of output,

        outputs = keras.ops.stack([predictor(z1), predictor(z2), z1, z2], axis=1)

    With projections of a slowly moving copy of the encoder it is the loss of BYOL, up to
    a factor and a constant.

    Args:
        y_true: not used; Keras gives one.
        outputs: (batch, 4, dim) float: prediction of view 1, of view 2, projection of
            view 1, of view 2. Their length plays no part.

    Returns:
        (batch,), from -1, where the views agree, to 1.

    Raises:
        ValueError: not four outputs.

    Cost: O(batch · dim).

    Reference: Chen, He, 2021, "Exploring Simple Siamese Representation Learning",
    arXiv:2011.10566, equations 1 to 4.

    >>> p1, p2, z1, z2 = [1.0, 0.0], [0.0, 2.0], [0.0, -1.0], [3.0, 4.0]
    >>> loss = simsiam_loss(None, [[p1, p2, z1, z2]])
    >>> round(float(loss[0]), 6)  # -0.6 / 2 + 1 / 2
    0.2
    """
    p1, p2, z1, z2 = (unit_norm(output) for output in split_views(outputs, 4))
    return -(_cosine(p1, tf.stop_gradient(z2)) + _cosine(p2, tf.stop_gradient(z1))) / 2


def _cosine(a, b):
    return tf.reduce_sum(a * b, axis=1)


@registered
class SimSiamLoss(ViewLoss):
    """`simsiam_loss` as a Keras loss: `loss(y_true, outputs)`."""

    def __init__(self, name="simsiam_loss", reduction="sum_over_batch_size"):
        super().__init__(simsiam_loss, {}, name, reduction)
