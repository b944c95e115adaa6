"""CSQ: every bit is a classifier of two classes, whose truth is the code of the class."""

import tensorflow as tf

from tfmetric._core._checks import check_not_negative
from tfmetric._core._numerics import softplus
from tfmetric._core._registry import registered
from tfmetric.losses._base import compiled
from tfmetric.losses.hashing._target_loss import TargetLoss, own_targets


@registered
def csq_loss(labels, values, targets, *, penalty_weight=0.05):
    """Binary cross-entropy of each bit with that of the own code, and a quantisation term.

        h = tanh(u), c the target of the example, p[k] = (h[k] + 1) / 2
        loss[i] = mean over bits k of the cross-entropy of p[k] with (c[k] + 1) / 2
                + penalty_weight · mean over bits k of (|h[k]| - 1)²

    For codes of known classes, with targets that are far apart; a bit that is wrong is
    pulled harder than in `orthohash_loss`, and classes do not compete.

    Args:
        labels: (batch,) class indices or (batch, classes) multi-hot. The target of an
            example of several classes is the vote of theirs on each bit; ties go the way
            of one Bernoulli code, the same for every example and every seed.
        values: (batch, bits) float before any tanh, such as a `HashHead` gives.
        targets: (classes, bits) of -1 and +1. `CSQLoss` takes them from
            `binary_targets`, by its `num_classes`, the method `targets` and `seed`.
        penalty_weight: >= 0; the authors have 0.05 with a ResNet-50, and others 0.0001
            with an AlexNet.

    Returns:
        (batch,), one value per example.

    Raises:
        ValueError: `penalty_weight` < 0, labels that are no class, or targets that are no
            codes of the length of the values.

    Cost: O(batch · bits); times classes if labels are multi-hot.

    Reference: Yuan, Wang, Zhang, Tay, Jie, Liu, Feng, 2020, "Central Similarity
    Quantization for Efficient Image and Video Retrieval", arXiv:1908.00347. As in the
    authors' code, the second term is a square, not log cosh, both are means over bits,
    and ties go the way of one random code. The cross-entropy is computed from
    p = sigmoid(2u), so that it pulls where tanh has become flat.

    >>> loss = csq_loss([0], [[0.0, 0.0]], [[1, -1], [-1, 1]], penalty_weight=0.25)
    >>> round(float(loss[0]), 6)  # log 2 + 0.25
    0.943147
    """
    check_not_negative(penalty_weight, "penalty_weight")
    values, own = own_targets(labels, values, targets)
    return _rows(values, own, penalty_weight)


@compiled
def _rows(values, own, penalty_weight):
    entropies = softplus(-2 * own * values)
    penalties = tf.square(tf.abs(tf.tanh(values)) - 1)
    return tf.reduce_mean(entropies + penalty_weight * penalties, axis=1)


@registered
class CSQLoss(TargetLoss):
    """`csq_loss` as a Keras loss: `loss(labels, values)`.

    The targets are `binary_targets(num_classes, bits, targets, seed)`.
    """

    def __init__(
        self,
        num_classes,
        penalty_weight=0.05,
        targets="hadamard",
        seed=0,
        name="csq_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {"penalty_weight": check_not_negative(penalty_weight, "penalty_weight")}
        super().__init__(csq_loss, num_classes, targets, seed, settings, name, reduction)
