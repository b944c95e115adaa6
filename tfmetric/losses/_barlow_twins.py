"""Barlow Twins: two views agree in every dimension, and no two dimensions say the same."""

import tensorflow as tf

from tfmetric._core._checks import check_not_negative
from tfmetric._core._registry import registered
from tfmetric.losses._base import compiled
from tfmetric.losses._views import ViewLoss, centered, split_views


@registered
@compiled
def barlow_twins_loss(y_true, views, *, redundancy=0.005):
    """Brings the cross-correlation of two views close to the identity.

        C[k, l] = correlation over the batch of dimension k of view 1 with l of view 2
        loss = sum over k of (1 - C[k, k])² + redundancy · sum over k != l of C[k, l]²

    It needs no negatives, so batches may be small, and gains from many dimensions.

    Args:
        y_true: not used; Keras gives one.
        views: (batch, 2, dim) float; scale and shift of a dimension play no part.
        redundancy: >= 0, weight of the cells beside the diagonal.

    Returns:
        (batch,), each row the loss of the batch: it is not a sum over examples. So
        weights of examples weigh the batch, and do not tell its examples apart.

    Raises:
        ValueError: `redundancy` < 0, or not two views.

    Cost: O(batch · dim²) time, O(dim²) memory.

    Reference: Zbontar, Jing, Misra, LeCun, Deny, 2021, "Barlow Twins: Self-Supervised
    Learning via Redundancy Reduction", arXiv:2103.03230, equations 1 and 2. As in the
    authors' code, a batch normalisation divides by the root of variance + 1e-5.

    >>> first = [[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]]
    >>> views = [[row, [row[0], row[0]]] for row in first]  # C = [[1, 1], [0, 0]]
    >>> loss = barlow_twins_loss(None, views, redundancy=0.5)
    >>> loss.numpy().round(3).tolist()  # (1 - 0)² + 0.5 · 1²
    [1.5, 1.5, 1.5, 1.5]
    """
    check_not_negative(redundancy, "redundancy")
    first, second = (_standardised(view) for view in split_views(views, 2))
    batch = tf.shape(first)[0]
    correlation = tf.matmul(first, second, transpose_a=True)
    correlation /= tf.cast(tf.maximum(batch, 1), first.dtype)
    own = tf.linalg.diag_part(correlation)
    crossed = tf.linalg.set_diag(correlation, tf.zeros_like(own))
    loss = tf.reduce_sum((1 - own) ** 2) + redundancy * tf.reduce_sum(crossed**2)
    return tf.fill([batch], loss)


def _standardised(view):
    view = centered(view)
    batch = tf.cast(tf.maximum(tf.shape(view)[0], 1), view.dtype)
    return view * tf.math.rsqrt(tf.reduce_sum(view**2, axis=0) / batch + 1e-5)


@registered
class BarlowTwinsLoss(ViewLoss):
    """`barlow_twins_loss` as a Keras loss: `loss(y_true, views)`."""

    def __init__(
        self,
        redundancy=0.005,
        name="barlow_twins_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {"redundancy": check_not_negative(redundancy, "redundancy")}
        super().__init__(barlow_twins_loss, settings, name, reduction)
