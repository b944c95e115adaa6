"""CosFace: the own class must win although its cosine is made smaller by a margin."""

from tfmetric._core._checks import check_not_negative, check_positive
from tfmetric._core._numerics import softplus
from tfmetric._core._registry import registered
from tfmetric.losses._base import compiled
from tfmetric.losses._proxy import ProxyLoss, class_cosines, own_and_others


@registered
def cosface_loss(labels, cosines, *, margin=0.35, scale=64.0):
    """Cross-entropy over cosines to class proxies, with an additive margin.

        loss[i] = -log(exp(s (c[i, y_i] - m)) / (exp(s (c[i, y_i] - m)) + sum over j != y_i
                  of exp(s · c[i, j])))

    Like `arcface_loss`, with a margin on the cosine itself: its slope is the same at
    every angle, so it is the easier one to train.

    Args:
        labels: (batch,) class indices or (batch, classes) one-hot.
        cosines: (batch, classes) float, such as a `ProxyHead` gives.
        margin: >= 0, in units of the cosine.
        scale: > 0, the inverse of a temperature.

    Returns:
        (batch,), one value per example.

    Raises:
        ValueError: settings out of range, labels that are no class, or no cosines.

    Cost: O(batch · classes).

    Reference: Wang et al., 2018, "CosFace: Large Margin Cosine Loss for Deep Face
    Recognition", arXiv:1801.09414, equation 4.

    >>> loss = cosface_loss([0], [[0.75, 0.5]], margin=0.25)
    >>> round(float(loss[0]), 6)  # 0.75 - 0.25 meets 0.5: log 2
    0.693147
    """
    check_not_negative(margin, "margin")
    check_positive(scale, "scale")
    labels, cosines = class_cosines(labels, cosines)
    return _rows(labels, cosines, margin, scale)


@compiled
def _rows(labels, cosines, margin, scale):
    own, others = own_and_others(labels, cosines, scale)
    return softplus(others - scale * (own - margin))


@registered
class CosFaceLoss(ProxyLoss):
    """`cosface_loss` as a Keras loss: `loss(labels, cosines)`."""

    def __init__(
        self,
        margin=0.35,
        scale=64.0,
        name="cosface_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_not_negative(margin, "margin"),
            "scale": check_positive(scale, "scale"),
        }
        super().__init__(cosface_loss, settings, name, reduction)
