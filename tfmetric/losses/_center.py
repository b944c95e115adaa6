"""Center loss: every example near the center of its class."""

import tensorflow as tf

from tfmetric._core._registry import registered
from tfmetric.losses._proxy import ProxyLoss, class_distances


@registered
def center_loss(labels, squared_distances):
    """Half the squared distance to the center of the own class.

        loss[i] = |x_i - m(y_i)|² / 2

    It makes classes compact and does not keep them apart: alone it puts all in one
    point. Use it beside a classification loss, with a small weight (0.003 in the paper),
    as a second head on the same embedding.

    Args:
        labels: (batch,) class indices or (batch, classes) one-hot.
        squared_distances: (batch, classes) float, such as a `CenterHead` gives.

    Returns:
        (batch,), one value per example.

    Raises:
        ValueError: labels that are no class, or distances below zero.

    Cost: O(batch), after the head.

    Reference: Wen, Zhang, Li, Qiao, 2016, "A Discriminative Feature Learning Approach for
    Deep Face Recognition", equation 2. There the centers move by a rule of their own,
    toward the mean of their members in the batch; here they are weights of the head and
    move by the gradient, which has the same direction.

    >>> center_loss([0, 1], [[25.0, 16.0], [1.0, 4.0]]).numpy().tolist()
    [12.5, 2.0]
    """
    labels, distances = class_distances(labels, squared_distances)
    return tf.gather(distances, labels, batch_dims=1) / 2


@registered
class CenterLoss(ProxyLoss):
    """`center_loss` as a Keras loss: `loss(labels, squared_distances)`."""

    def __init__(self, name="center_loss", reduction="sum_over_batch_size"):
        super().__init__(center_loss, {}, name, reduction)
