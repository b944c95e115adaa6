"""ArcFace: the own class must win although its angle is made larger by a margin."""

import math

import numpy as np
import tensorflow as tf

from tfmetric._core._checks import check_positive
from tfmetric._core._numerics import safe_sqrt, softplus
from tfmetric._core._registry import registered
from tfmetric.losses._base import compiled
from tfmetric.losses._proxy import ProxyLoss, class_cosines, own_and_others


@registered
def arcface_loss(labels, cosines, *, margin=0.5, scale=64.0):
    """Cross-entropy over cosines to class proxies, with an additive angular margin.

        loss[i] = -log(exp(s · f(t[i, y_i])) / (exp(s · f(t[i, y_i])) + sum over j != y_i of
                  exp(s · cos t[i, j])))
        f(t) = cos(t + m) where t < pi - m, else cos(t) - m · sin(m)

    The usual first choice among the margin losses: classes become tight caps on the
    sphere, at least a margin apart. The second branch keeps it falling with the cosine.

    Args:
        labels: (batch,) class indices or (batch, classes) one-hot.
        cosines: (batch, classes) float, such as a `ProxyHead` gives.
        margin: angle in radians, from 0 to pi / 2; or a sequence of one for each class,
            larger for rare classes, such as `0.5 · n**-0.25 + 0.05` for classes of n
            examples (Ha et al., 2020, arXiv:2010.05350).
        scale: > 0, the inverse of a temperature.

    Returns:
        (batch,), one value per example.

    Raises:
        ValueError: settings out of range, labels that are no class, or no cosines.

    Cost: O(batch · classes).

    Reference: Deng, Guo, Xue, Zafeiriou, 2019, "ArcFace: Additive Angular Margin Loss for
    Deep Face Recognition", arXiv:1801.07698, equation 3; the second branch is that of the
    authors' code. The slope is finite also at a cosine of exactly one.

    >>> loss = arcface_loss([0], [[0.5, -0.5]], margin=3.14159265 / 3, scale=1.0)
    >>> round(float(loss[0]), 6)  # cos 120° meets -0.5: log 2
    0.693147
    """
    angular_margin(margin)
    check_positive(scale, "scale")
    labels, cosines = class_cosines(labels, cosines)
    return _rows(labels, cosines, margin_of(margin, labels, cosines), scale)


@compiled
def _rows(labels, cosines, margin, scale):
    own, others = own_and_others(labels, cosines, scale)
    return softplus(others - scale * monotone(own, turned(own, margin), margin))


def angular_margin(margin):
    """An angle from 0 to pi / 2 as a float, or a list of one for each class.

    Raises:
        ValueError: anything else.
    """
    angles = np.asarray(margin)
    if angles.dtype.kind not in "fiu" or angles.ndim > 1 or not _are_margins(angles):
        raise ValueError(
            "Expected margin in radians, from 0 to pi / 2, one or a sequence of one for "
            f"each class. Received: {margin!r}"
        )
    return angles.astype(np.float64).tolist()


def _are_margins(angles):
    return angles.size > 0 and bool(np.all((angles >= 0) & (angles <= math.pi / 2)))


def margin_of(margin, labels, cosines):
    """The margin of each row, (batch,), or of all, ().

    Raises:
        ValueError: a sequence of another length than there are classes.
    """
    margin = tf.convert_to_tensor(margin, cosines.dtype)
    if margin.shape.rank == 0:
        return margin
    if margin.shape[0] != cosines.shape[1]:
        raise ValueError(
            f"Expected one margin for each of {cosines.shape[1]} classes. "
            f"Received: {margin.shape[0]}"
        )
    return tf.gather(margin, labels)


def turned(cosine, margin):
    """`cos(t + m)` from `cos(t)`."""
    sine = safe_sqrt((1 - cosine) * (1 + cosine))
    return cosine * tf.cos(margin) - sine * tf.sin(margin)


def monotone(cosine, turned, margin):
    """`turned`, and a line below it where the angle would pass pi and it would rise."""
    passes = cosine <= -tf.cos(margin)
    return tf.where(passes, cosine - margin * tf.sin(margin), turned)


@registered
class ArcFaceLoss(ProxyLoss):
    """`arcface_loss` as a Keras loss: `loss(labels, cosines)`.

    In a stock model, whose embedding lives on by itself:

    >>> import keras
    >>> from tfmetric.layers import ProxyHead
    >>> x, labels = np.eye(6, dtype=np.float32), np.array([0, 0, 1, 1, 2, 2])
    >>> encoder = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4)])
    >>> model = keras.Sequential([encoder, ProxyHead(num_classes=3)])
    >>> model.compile(keras.optimizers.Adam(0.1), loss=ArcFaceLoss(scale=16.0))
    >>> history = model.fit(x, labels, epochs=9, verbose=0).history["loss"]
    >>> bool(history[-1] < history[0] / 4)
    True
    >>> encoder.predict(x, verbose=0).shape
    (6, 4)
    """

    def __init__(
        self,
        margin=0.5,
        scale=64.0,
        name="arcface_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": angular_margin(margin),
            "scale": check_positive(scale, "scale"),
        }
        super().__init__(arcface_loss, settings, name, reduction)
