"""CurricularFace: ArcFace that turns to hard negatives as training goes on."""

import tensorflow as tf

from tfmetric._core._checks import check_positive
from tfmetric._core._numerics import softplus
from tfmetric._core._registry import registered
from tfmetric.losses._arcface import angular_margin, margin_of, monotone, turned
from tfmetric.losses._base import compiled
from tfmetric.losses._proxy import (
    ProxyBatchLoss,
    class_cosines,
    own_and_others,
    own_places,
)


@registered
def curricular_face_loss(labels, cosines, *, margin=0.5, scale=64.0):
    """`arcface_loss` whose negatives weigh more the better the model already is.

        c[i, j] becomes c[i, j] (t + c[i, j]) where c[i, j] > cos(angle[i, y_i] + margin)
        t = mean over the batch of c[i, y_i]

    A negative is hard where it beats the own class with its margin. Early in training,
    with t near zero, hard negatives count for less than in `arcface_loss`; late, for more.

    Args:
        labels: (batch,) class indices or (batch, classes) one-hot.
        cosines: (batch, classes) float, such as a `ProxyHead` gives.
        margin: angle in radians, or a sequence of one for each class.
        scale: > 0, the inverse of a temperature.

    Returns:
        (batch,), one value per example.

    Raises:
        ValueError: settings out of range, labels that are no class, or no cosines.

    Cost: O(batch · classes).

    Reference: Huang et al., 2020, "CurricularFace: Adaptive Curriculum Learning Loss for
    Deep Face Recognition", arXiv:2004.00288. There t is a running mean, to which the batch
    at hand gives 0.99 (0.01 in the authors' code); a loss has no state here, so it gives
    all. No gradient passes through t.

    >>> loss = curricular_face_loss([0], [[0.5, 0.9]], margin=0.0, scale=1.0)
    >>> round(float(loss[0]), 6)  # 0.5 meets 0.9 (0.5 + 0.9) = 1.26
    1.143674
    """
    angular_margin(margin)
    check_positive(scale, "scale")
    labels, cosines = class_cosines(labels, cosines)
    return _rows(labels, cosines, margin_of(margin, labels, cosines), scale)


@compiled
def _rows(labels, cosines, margin, scale):
    places = own_places(labels)
    current = tf.stop_gradient(tf.gather_nd(cosines, places))
    hard = cosines > turned(current, margin)[:, None]
    hard = tf.tensor_scatter_nd_update(hard, places, tf.zeros_like(labels, tf.bool))
    weighed = _weighed(cosines, hard, tf.reduce_mean(current))
    own, others = own_and_others(labels, weighed, scale)
    return softplus(others - scale * monotone(own, turned(own, margin), margin))


def _weighed(cosines, hard, t):
    """`c (t + c)` where hard, else `c`; no gradient to t."""

    @tf.custom_gradient
    def weighed(cosines):
        weights = tf.where(hard, t + cosines, 1)

        def gradient(upstream):
            return upstream * tf.where(hard, weights + cosines, 1)

        return weights * cosines, gradient

    return weighed(cosines)


@registered
class CurricularFaceLoss(ProxyBatchLoss):
    """`curricular_face_loss` as a Keras loss: `loss(labels, cosines)`."""

    def __init__(
        self,
        margin=0.5,
        scale=64.0,
        name="curricular_face_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": angular_margin(margin),
            "scale": check_positive(scale, "scale"),
        }
        super().__init__(curricular_face_loss, settings, name, reduction)
