"""P2SGrad: cosines drawn to one and zero, with neither scale nor margin to choose."""

import tensorflow as tf

from tfmetric._core._registry import registered
from tfmetric.losses._base import compiled
from tfmetric.losses._proxy import ProxyLoss, class_cosines, own_places


@registered
def p2s_grad_loss(labels, cosines):
    """Half the squared error of cosines against one for the own class and zero elsewhere.

        loss[i] = (sum over j of (c[i, j] - [j = y_i])²) / 2

    The slope in a cosine is its error, whatever scale or margin another loss would need.

    Args:
        labels: (batch,) class indices or (batch, classes) one-hot.
        cosines: (batch, classes) float, such as a `ProxyHead` gives.

    Returns:
        (batch,), one value per example.

    Raises:
        ValueError: labels that are no class, or no cosines.

    Cost: O(batch · classes).

    Reference: Zhang et al., 2019, "P2SGrad: Refined Gradients for Optimizing Deep Face
    Models", arXiv:1905.02479, equation 11, which gives a gradient; this is the loss it is
    the gradient of. The `P2SGradLoss` of pytorch-metric-learning is 2 / classes of it.

    >>> p2s_grad_loss([0], [[0.5, 1.0]]).numpy().tolist()  # (0.25 + 1) / 2
    [0.625]
    """
    return _rows(*class_cosines(labels, cosines))


@compiled
def _rows(labels, cosines):
    ones = tf.ones_like(labels, cosines.dtype)
    errors = tf.tensor_scatter_nd_sub(cosines, own_places(labels), ones)
    return tf.reduce_sum(tf.square(errors), axis=1) / 2


@registered
class P2SGradLoss(ProxyLoss):
    """`p2s_grad_loss` as a Keras loss: `loss(labels, cosines)`."""

    def __init__(self, name="p2s_grad_loss", reduction="sum_over_batch_size"):
        super().__init__(p2s_grad_loss, {}, name, reduction)
