"""Normalised softmax: classification by cosines, the plainest of the proxy losses."""

from tfmetric._core._checks import check_positive
from tfmetric._core._numerics import softplus
from tfmetric._core._registry import registered
from tfmetric.losses._base import compiled
from tfmetric.losses._proxy import ProxyLoss, class_cosines, own_and_others


@registered
def normalized_softmax_loss(labels, cosines, *, temperature=0.05):
    """Cross-entropy over the cosines to one proxy for each class.

        loss[i] = -log(exp(c[i, y_i] / T) / sum over j of exp(c[i, j] / T))

    A strong baseline, and the easiest of its kind to train; the margin losses ask more of
    the own class.

    Args:
        labels: (batch,) class indices or (batch, classes) one-hot.
        cosines: (batch, classes) float, such as a `ProxyHead` gives.
        temperature: > 0; the loss can fall to about `classes · exp(-2 / T)`.

    Returns:
        (batch,), one value per example.

    Raises:
        ValueError: `temperature` <= 0, labels that are no class, or no cosines.

    Cost: O(batch · classes).

    Reference: Zhai, Wu, 2018, "Classification is a Strong Baseline for Deep Metric
    Learning", arXiv:1811.12649.

    >>> loss = normalized_softmax_loss([0], [[0.5, 0.5]])
    >>> round(float(loss[0]), 6)  # log 2
    0.693147
    """
    check_positive(temperature, "temperature")
    labels, cosines = class_cosines(labels, cosines)
    return softmax_rows(labels, cosines, 1 / temperature)


@compiled
def softmax_rows(labels, cosines, scale):
    """Cross-entropy over cosines times `scale`, shape (batch,)."""
    own, others = own_and_others(labels, cosines, scale)
    return softplus(others - scale * own)


@registered
class NormalizedSoftmaxLoss(ProxyLoss):
    """`normalized_softmax_loss` as a Keras loss: `loss(labels, cosines)`."""

    def __init__(
        self,
        temperature=0.05,
        name="normalized_softmax_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {"temperature": check_positive(temperature, "temperature")}
        super().__init__(normalized_softmax_loss, settings, name, reduction)
