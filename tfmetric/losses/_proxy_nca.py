"""Proxy-NCA and Proxy-NCA++: neighbourhood components against proxies of the classes."""

from tfmetric._core._checks import check_positive
from tfmetric._core._registry import registered
from tfmetric.losses._base import compiled
from tfmetric.losses._normalized_softmax import softmax_rows
from tfmetric.losses._proxy import ProxyLoss, class_cosines, own_and_others


@registered
def proxy_nca_loss(labels, cosines, *, scale=1.0):
    """The own proxy against those of all other classes, by squared distance.

        loss[i] = -log(exp(-s · d[i, y_i]) / sum over j != y_i of exp(-s · d[i, j]))
        d[i, j] = 2 - 2 cosines[i, j], the squared distance of unit vectors

    The own proxy is not in the sum, so the loss falls below zero and never ends to pull:
    `proxy_nca_plus_plus_loss` mends that and is usually the better choice.

    Args:
        labels: (batch,) class indices or (batch, classes) one-hot.
        cosines: (batch, classes) float, such as a `ProxyHead` gives.
        scale: > 0, of the squared distance; the authors' vectors have length 1.

    Returns:
        (batch,), one value per example, also below zero.

    Raises:
        ValueError: `scale` <= 0, labels that are no class, or no cosines.

    Cost: O(batch · classes).

    Reference: Movshovitz-Attias, Toshev, Leung, Ioffe, Singh, 2017, "No Fuss Distance
    Metric Learning using Proxies", arXiv:1703.07464. The `ProxyNCALoss` of pytorch-metric-
    learning has the own proxy in the sum: it is `proxy_nca_plus_plus_loss` of temperature
    1 / `softmax_scale`.

    >>> loss = proxy_nca_loss([0], [[0.5, 0.25]])
    >>> loss.numpy().tolist()  # d = 1 against 1.5
    [-0.5]
    """
    check_positive(scale, "scale")
    labels, cosines = class_cosines(labels, cosines)
    return _rows(labels, cosines, scale)


@compiled
def _rows(labels, cosines, scale):
    own, others = own_and_others(labels, cosines, 2 * scale)
    return others - 2 * scale * own


@registered
def proxy_nca_plus_plus_loss(labels, cosines, *, temperature=1 / 9):
    """Cross-entropy over squared distances to one proxy for each class.

        loss[i] = -log(exp(-d[i, y_i] / T) / sum over j of exp(-d[i, j] / T))
        d[i, j] = 2 - 2 cosines[i, j], the squared distance of unit vectors

    Args:
        labels: (batch,) class indices or (batch, classes) one-hot.
        cosines: (batch, classes) float, such as a `ProxyHead` gives.
        temperature: > 0. It equals `normalized_softmax_loss` of half of it.

    Returns:
        (batch,), one value per example.

    Raises:
        ValueError: `temperature` <= 0, labels that are no class, or no cosines.

    Cost: O(batch · classes).

    Reference: Teh, DeVries, Taylor, 2020, "ProxyNCA++: Revisiting and Revitalizing Proxy
    Neighborhood Component Analysis", arXiv:2004.01113. What it says of pooling, layer
    normalisation and the step of the proxies belongs to model and optimizer.

    >>> loss = proxy_nca_plus_plus_loss([0], [[0.5, 0.5]])
    >>> round(float(loss[0]), 6)  # log 2
    0.693147
    """
    check_positive(temperature, "temperature")
    labels, cosines = class_cosines(labels, cosines)
    return softmax_rows(labels, cosines, 2 / temperature)


@registered
class ProxyNCALoss(ProxyLoss):
    """`proxy_nca_loss` as a Keras loss: `loss(labels, cosines)`."""

    def __init__(self, scale=1.0, name="proxy_nca_loss", reduction="sum_over_batch_size"):
        settings = {"scale": check_positive(scale, "scale")}
        super().__init__(proxy_nca_loss, settings, name, reduction)


@registered
class ProxyNCAPlusPlusLoss(ProxyLoss):
    """`proxy_nca_plus_plus_loss` as a Keras loss: `loss(labels, cosines)`."""

    def __init__(
        self,
        temperature=1 / 9,
        name="proxy_nca_plus_plus_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {"temperature": check_positive(temperature, "temperature")}
        super().__init__(proxy_nca_plus_plus_loss, settings, name, reduction)
