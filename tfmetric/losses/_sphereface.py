"""SphereFace: the own class must win although its angle is multiplied."""

import math

import tensorflow as tf

from tfmetric._core._checks import check_count, check_not_negative, check_positive
from tfmetric._core._numerics import softplus
from tfmetric._core._registry import registered
from tfmetric.losses._base import compiled
from tfmetric.losses._proxy import ProxyLoss, class_cosines, own_and_others


@registered
def sphereface_loss(labels, cosines, *, margin=4, easing=5.0, scale=30.0):
    """Cross-entropy over cosines to class proxies, with a multiplicative angular margin.

        loss[i] = -log(exp(s · f(t[i, y_i])) / (exp(s · f(t[i, y_i])) + sum over j != y_i of
                  exp(s · cos t[i, j])))
        f(t) = (psi(t) + e · cos(t)) / (1 + e)
        psi(t) = (-1)^k · cos(m t) - 2k, where k = floor(m t / pi), which falls all the way

    The first of the angular margins; `arcface_loss` is easier to tune.

    Args:
        labels: (batch,) class indices or (batch, classes) one-hot.
        cosines: (batch, classes) float, such as a `ProxyHead` gives.
        margin: whole number m >= 1 that multiplies the angle.
        easing: e >= 0. The authors lower it from 1,000 to 5 while they train, for
            without it the slope is steep and uneven; here it stays the same.
        scale: > 0, the inverse of a temperature.

    Returns:
        (batch,), one value per example.

    Raises:
        ValueError: settings out of range, labels that are no class, or no cosines.

    Cost: O(batch · (classes + margin)).

    Reference: Liu, Wen, Yu, Li, Raj, Song, 2017, "SphereFace: Deep Hypersphere Embedding
    for Face Recognition", arXiv:1704.08063. There the length of the embedding takes the
    place of `scale`; one scale for all is that of Liu, Wen, Raj, Singh, Weller, 2022,
    "SphereFace Revived", arXiv:2109.05565. pytorch-metric-learning has no easing.

    >>> loss = sphereface_loss([0], [[0.5, -0.5]], margin=2, easing=0.0)
    >>> round(float(loss[0]), 6)  # cos 120° meets -0.5: log 2
    0.693147
    """
    check_count(margin, "margin")
    check_not_negative(easing, "easing")
    check_positive(scale, "scale")
    labels, cosines = class_cosines(labels, cosines)
    return _rows(labels, cosines, margin, easing, scale)


@compiled
def _rows(labels, cosines, margin, easing, scale):
    own, others = own_and_others(labels, cosines, scale)
    target = (psi(own, margin) + easing * own) / (1 + easing)
    return softplus(others - scale * target)


def psi(cosine, margin):
    """The cosine of `margin` times the angle, made to fall all the way."""
    # cos(m t) as a polynomial of cos(t), whose slope is finite at both ends.
    before, multiple = tf.ones_like(cosine), cosine
    for _ in range(margin - 1):
        before, multiple = multiple, 2 * cosine * multiple - before
    k = tf.zeros_like(cosine)
    for turn in range(1, margin):
        k += tf.cast(cosine < math.cos(turn * math.pi / margin), cosine.dtype)
    return (1 - 2 * (k % 2)) * multiple - 2 * k


@registered
class SphereFaceLoss(ProxyLoss):
    """`sphereface_loss` as a Keras loss: `loss(labels, cosines)`."""

    def __init__(
        self,
        margin=4,
        easing=5.0,
        scale=30.0,
        name="sphereface_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_count(margin, "margin"),
            "easing": check_not_negative(easing, "easing"),
            "scale": check_positive(scale, "scale"),
        }
        super().__init__(sphereface_loss, settings, name, reduction)
