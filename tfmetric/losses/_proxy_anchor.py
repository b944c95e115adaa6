"""Proxy-Anchor: each proxy is an anchor that sees the whole batch."""

import tensorflow as tf

from tfmetric._core._checks import check_not_negative, check_positive
from tfmetric._core._registry import registered
from tfmetric.losses._base import compiled
from tfmetric.losses._proxy import ProxyBatchLoss, class_sets


@registered
def proxy_anchor_loss(labels, cosines, *, margin=0.1, scale=32.0):
    """Pulls the members of a class to its proxy and pushes all others away from it.

        loss = mean over proxies p of classes in the batch of
                   log(1 + sum over members x of p of exp(-s (cos(x, p) - m)))
             + mean over all proxies p of
                   log(1 + sum over all other x of exp(s (cos(x, p) + m)))

    Hard examples push and pull most, weighed against each other as in a pair loss, at
    the cost of a proxy loss. Examples may have several classes, or none.

    Args:
        labels: (batch,) class indices or (batch, classes) multi-hot.
        cosines: (batch, classes) float, such as a `ProxyHead` gives.
        margin: >= 0, in units of the cosine.
        scale: > 0, the inverse of a temperature.

    Returns:
        (batch,), whose mean is the loss: the members of a class bear the term of its
        proxy in equal shares, and so do all others.

    Raises:
        ValueError: settings out of range, labels that are no class, or no cosines.

    Cost: O(batch · classes).

    Reference: Kim, Kim, Cho, Kwak, 2020, "Proxy Anchor Loss for Deep Metric Learning",
    arXiv:2003.13911, equation 4.

    >>> loss = proxy_anchor_loss([0], [[0.1, -0.1]])
    >>> round(float(loss[0]), 6)  # log 2 + (log 1 + log 2) / 2
    1.039721
    """
    check_not_negative(margin, "margin")
    check_positive(scale, "scale")
    member, cosines = class_sets(labels, cosines)
    return _rows(member, cosines, margin, scale)


@compiled
def _rows(member, cosines, margin, scale):
    pull = _log_one_and_sum(cosines, member, -scale, scale * margin)
    push = _log_one_and_sum(cosines, ~member, scale, scale * margin)
    inside = tf.cast(member, pull.dtype)
    batch, classes = tf.unstack(tf.cast(tf.shape(inside), pull.dtype))
    members = tf.reduce_sum(inside, axis=0)
    present = tf.reduce_sum(tf.minimum(members, 1))
    pull *= batch / tf.maximum(members * present, 1)
    push *= batch / (tf.maximum(batch - members, 1) * classes)
    return tf.reduce_sum(push) + tf.linalg.matvec(inside, pull - push)


def _log_one_and_sum(values, mask, scale, offset):
    """`log(1 + sum over masked rows i of exp(scale · v[i, c] + offset))` of each column."""

    @tf.custom_gradient
    def of_columns(values):
        powers = tf.where(mask, scale * values, values.dtype.min)
        peak = tf.maximum(tf.reduce_max(powers, axis=0) + offset, 0)
        powers = tf.exp(powers - (peak - offset))
        sums = tf.exp(-peak) + tf.reduce_sum(powers, axis=0)
        result = peak + tf.math.log(sums)
        return result, lambda upstream: powers * (scale * upstream / sums)

    return of_columns(values)


@registered
class ProxyAnchorLoss(ProxyBatchLoss):
    """`proxy_anchor_loss` as a Keras loss: `loss(labels, cosines)`."""

    def __init__(
        self,
        margin=0.1,
        scale=32.0,
        name="proxy_anchor_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_not_negative(margin, "margin"),
            "scale": check_positive(scale, "scale"),
        }
        super().__init__(proxy_anchor_loss, settings, name, reduction)
