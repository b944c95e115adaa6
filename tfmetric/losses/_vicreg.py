"""VICReg: two views agree, every dimension varies, and no two vary together."""

import tensorflow as tf

from tfmetric._core._checks import check_not_negative
from tfmetric._core._registry import registered
from tfmetric.losses._base import compiled
from tfmetric.losses._views import ViewLoss, centered, split_views


@registered
@compiled
def vicreg_loss(y_true, views, *, invariance=25.0, variance=25.0, covariance=1.0):
    """Variance-invariance-covariance regularisation of two views.

        loss = invariance · mean over examples and dimensions of (view 1 - view 2)²
             + variance · mean over dimensions of max(0, 1 - sqrt(var + 1e-4)),
               the mean of both views
             + covariance · sum over k != l of cov[k, l]² / dim, the sum of both views

    Each view is kept from collapse by itself, so the two may come from different networks
    or of different kinds of data. It needs no negatives.

    Args:
        y_true: not used; Keras gives one.
        views: (batch, 2, dim) float, not of unit length: the second term asks for a
            standard deviation of 1 in each dimension.
        invariance: >= 0, weight of the first term.
        variance: >= 0, weight of the second term.
        covariance: >= 0, weight of the third term.

    Returns:
        (batch,), the first term of each example and the others of the batch.

    Raises:
        ValueError: a weight below zero, or not two views.

    Cost: O(batch · dim²) time, O(dim²) memory.

    Reference: Bardes, Ponce, LeCun, 2022, "VICReg: Variance-Invariance-Covariance
    Regularization for Self-Supervised Learning", arXiv:2105.04906. Where equations 1 to 6
    and the authors' code differ, this is the code, which the default weights belong to:
    the first term is a mean over dimensions too, the second of both views.

    >>> views = [[[3.0], [4.0]], [[-3.0], [-2.0]]]  # deviations far above 1
    >>> vicreg_loss(None, views, invariance=2.0).numpy().tolist()
    [2.0, 2.0]
    """
    check_not_negative(invariance, "invariance")
    check_not_negative(variance, "variance")
    check_not_negative(covariance, "covariance")
    first, second = split_views(views, 2)
    apart = tf.reduce_mean(tf.math.squared_difference(first, second), axis=1)
    spreads, overlaps = zip(_spread(first), _spread(second), strict=True)
    spread = tf.add_n(spreads) / 2
    return invariance * apart + variance * spread + covariance * tf.add_n(overlaps)


def _spread(view):
    """How far deviations stay below 1, and how far dimensions vary together."""
    view = centered(view)
    batch, dim = tf.shape(view)[0], tf.cast(tf.shape(view)[1], view.dtype)
    cov = tf.matmul(view, view, transpose_a=True)
    cov /= tf.cast(tf.maximum(batch - 1, 1), view.dtype)
    own = tf.linalg.diag_part(cov)
    crossed = tf.linalg.set_diag(cov, tf.zeros_like(own))
    narrow = tf.reduce_mean(tf.maximum(1 - tf.sqrt(own + 1e-4), 0))
    return narrow, tf.reduce_sum(crossed**2) / dim


@registered
class VICRegLoss(ViewLoss):
    """`vicreg_loss` as a Keras loss: `loss(y_true, views)`."""

    def __init__(
        self,
        invariance=25.0,
        variance=25.0,
        covariance=1.0,
        name="vicreg_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "invariance": check_not_negative(invariance, "invariance"),
            "variance": check_not_negative(variance, "variance"),
            "covariance": check_not_negative(covariance, "covariance"),
        }
        super().__init__(vicreg_loss, settings, name, reduction)
