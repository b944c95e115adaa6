"""DPN: every bit is on the side that the code of the class says, by a margin."""

import tensorflow as tf

from tfmetric._core._checks import check_positive
from tfmetric._core._registry import registered
from tfmetric.losses._base import compiled
from tfmetric.losses.hashing._target_loss import TargetLoss, own_targets


@registered
def dpn_loss(labels, values, targets, *, margin=1.0):
    """Hinge on every bit: at least `margin` beyond zero, on the side of the own code.

        loss[i] = mean over bits k of max(margin - u[i, k] · c[k], 0), c the target of i

    The simplest of the losses on targets, and the quickest to compute. Once a bit is
    beyond the margin it is left alone: there is no quantisation term, and no tanh whose
    gradient vanishes.

    Args:
        labels: (batch,) class indices or (batch, classes) multi-hot. The target of an
            example of several classes is the vote of theirs on each bit; ties go the way
            of one Bernoulli code, the same for every example and every seed.
        values: (batch, bits) float, such as a `HashHead` gives.
        targets: (classes, bits) of -1 and +1. `DPNLoss` takes them from
            `binary_targets`, by its `num_classes`, the method `targets` and `seed`.
        margin: > 0, in units of the values.

    Returns:
        (batch,), one value per example.

    Raises:
        ValueError: `margin` <= 0, labels that are no class, or targets that are no codes
            of the length of the values.

    Cost: O(batch · bits); times classes if labels are multi-hot.

    Reference: Fan, Ng, Ju, Zhang, Chan, 2020, "Deep Polarized Network for Supervised
    Learning of Accurate Binary Hashing Codes", IJCAI. A mean over bits, not a sum; the
    targets are drawn once, not made anew from the means of the classes.

    >>> codes = [[1, -1], [-1, 1]]
    >>> dpn_loss([0, 1], [[0.5, 0.0], [-2.0, 3.0]], codes).numpy().tolist()
    [0.75, 0.0]
    """
    check_positive(margin, "margin")
    values, own = own_targets(labels, values, targets)
    return _rows(values, own, margin)


@compiled
def _rows(values, own, margin):
    return tf.reduce_mean(tf.nn.relu(margin - own * values), axis=1)


@registered
class DPNLoss(TargetLoss):
    """`dpn_loss` as a Keras loss: `loss(labels, values)`.

    The targets are `binary_targets(num_classes, bits, targets, seed)`.
    """

    def __init__(
        self,
        num_classes,
        margin=1.0,
        targets="bernoulli",
        seed=0,
        name="dpn_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {"margin": check_positive(margin, "margin")}
        super().__init__(dpn_loss, num_classes, targets, seed, settings, name, reduction)
