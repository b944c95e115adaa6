"""SoftTriple: several centers per class, each example near to those that suit it."""

import tensorflow as tf

from tfmetric._core._checks import check_not_negative, check_positive
from tfmetric._core._numerics import softplus
from tfmetric._core._registry import registered
from tfmetric.losses._base import compiled
from tfmetric.losses._proxy import ProxyLoss, center_cosines, own_and_others


@registered
def soft_triple_loss(labels, cosines, *, margin=0.01, scale=20.0, temperature=0.1):
    """Cross-entropy over classes of several centers, as similar as a soft maximum says.

        S[i, j] = sum over k of softmax over k of (c[i, j, k] / T) · c[i, j, k]
        loss[i] = -log(exp(s (S[i, y_i] - m)) / (exp(s (S[i, y_i] - m)) + sum over j != y_i
                  of exp(s · S[i, j])))

    For classes of several kinds of examples. Give the head the `proxy_regularizer`
    `SparseCenters(0.2)`, which merges the centers that a class does not need.

    Args:
        labels: (batch,) class indices or (batch, classes) one-hot.
        cosines: (batch, classes, centers) float, such as a `ProxyHead` of several centers
            per class gives; the paper takes 10.
        margin: >= 0, in units of the cosine.
        scale: > 0, the inverse temperature over classes.
        temperature: > 0, over the centers of a class.

    Returns:
        (batch,), one value per example.

    Raises:
        ValueError: settings out of range, labels that are no class, or no cosines.

    Cost: O(batch · classes · centers).

    Reference: Qian, Shang, Sun, Hu, Li, Jin, 2019, "SoftTriple Loss: Deep Metric Learning
    Without Triplet Sampling", arXiv:1909.05235. The second term of its loss is the
    regularizer.

    >>> loss = soft_triple_loss([0], [[[0.5, 0.5], [0.5, 0.5]]], margin=0.0)
    >>> round(float(loss[0]), 6)  # log 2
    0.693147
    """
    check_not_negative(margin, "margin")
    check_positive(scale, "scale")
    check_positive(temperature, "temperature")
    labels, cosines = center_cosines(labels, cosines)
    return _rows(labels, cosines, margin, scale, temperature)


@compiled
def _rows(labels, cosines, margin, scale, temperature):
    shares = tf.nn.softmax(cosines / temperature, axis=2)
    similarity = tf.reduce_sum(shares * cosines, axis=2)
    own, others = own_and_others(labels, similarity, scale)
    return softplus(others - scale * (own - margin))


@registered
class SoftTripleLoss(ProxyLoss):
    """`soft_triple_loss` as a Keras loss: `loss(labels, cosines)`."""

    def __init__(
        self,
        margin=0.01,
        scale=20.0,
        temperature=0.1,
        name="soft_triple_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_not_negative(margin, "margin"),
            "scale": check_positive(scale, "scale"),
            "temperature": check_positive(temperature, "temperature"),
        }
        super().__init__(soft_triple_loss, settings, name, reduction)
