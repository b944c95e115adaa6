"""Large-margin softmax: SphereFace's margin, with lengths that count."""

import tensorflow as tf

from tfmetric._core._checks import check_count, check_not_negative, check_positive
from tfmetric._core._numerics import softplus
from tfmetric._core._registry import registered
from tfmetric.losses._base import compiled
from tfmetric.losses._proxy import ProxyLoss, class_products, own_and_others, own_places
from tfmetric.losses._sphereface import psi


@registered
def large_margin_softmax_loss(labels, products, *, margin=4, easing=5.0, scale=1.0):
    """Softmax cross-entropy whose own class must win although its angle is multiplied.

        loss[i] = -log(exp(s l[i, y_i] f(t[i, y_i])) / (exp(s l[i, y_i] f(t[i, y_i]))
                  + sum over j != y_i of exp(s l[i, j] cos t[i, j])))
        f(t) = (psi(t) + e · cos(t)) / (1 + e), with psi as in `sphereface_loss`

    l[i, j] is the length of embedding i times that of the vector of class j. A longer
    embedding is a surer one, as in ordinary classification, so examples that are hard to
    tell may stay short. For search by angles `sphereface_loss` and `arcface_loss` suit.

    Args:
        labels: (batch,) class indices or (batch, classes) one-hot.
        products: (batch, classes, 2) float, cosines and lengths, as a `ProductHead` gives.
        margin: whole number m >= 1 that multiplies the angle.
        easing: e >= 0; the authors lower it while they train, here it stays the same.
        scale: > 0, times the lengths.

    Returns:
        (batch,), one value per example.

    Raises:
        ValueError: settings out of range, labels that are no class, or no products.

    Cost: O(batch · classes).

    Reference: Liu, Wen, Yu, Yang, 2016, "Large-Margin Softmax Loss for Convolutional
    Neural Networks", arXiv:1612.02295, equations 4 to 6. pytorch-metric-learning has no
    easing.

    >>> products = [[[0.5, 2.0], [-1.0, 1.0]]]  # 60°, and a logit of -1
    >>> loss = large_margin_softmax_loss([0], products, margin=2, easing=0.0)
    >>> round(float(loss[0]), 6)  # 2 cos 120° = -1 meets -1: log 2
    0.693147
    """
    check_count(margin, "margin")
    check_not_negative(easing, "easing")
    check_positive(scale, "scale")
    labels, products = class_products(labels, products)
    return _rows(labels, products, margin, easing, scale)


@compiled
def _rows(labels, products, margin, easing, scale):
    cosines, lengths = tf.unstack(products, num=2, axis=2)
    _, others = own_and_others(labels, cosines * lengths, scale)
    cosine, length = tf.unstack(tf.gather_nd(products, own_places(labels)), num=2, axis=1)
    target = (psi(cosine, margin) + easing * cosine) / (1 + easing)
    return softplus(others - scale * length * target)


@registered
class LargeMarginSoftmaxLoss(ProxyLoss):
    """`large_margin_softmax_loss` as a Keras loss: `loss(labels, products)`."""

    def __init__(
        self,
        margin=4,
        easing=5.0,
        scale=1.0,
        name="large_margin_softmax_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_count(margin, "margin"),
            "easing": check_not_negative(easing, "easing"),
            "scale": check_positive(scale, "scale"),
        }
        super().__init__(large_margin_softmax_loss, settings, name, reduction)
