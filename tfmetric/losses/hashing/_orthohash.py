"""OrthoHash: classification by cosines to fixed binary codes, one for each class."""

import tensorflow as tf

from tfmetric._core._checks import check_not_negative, check_positive
from tfmetric._core._numerics import unit_norm
from tfmetric._core._registry import registered
from tfmetric.losses._base import compiled
from tfmetric.losses.hashing._target_loss import TargetLoss, member_targets


@registered
def orthohash_loss(labels, values, targets, *, margin=0.2, scale=None):
    """Cross-entropy over the cosines of code values to the codes of all classes.

        c[i, j] = cosine of values[i] and targets[j]
        z[i, j] = s (c[i, j] - m where j is a class of i)
        loss[i] = -mean over the classes y of i of log(exp(z[i, y]) / sum over j of
                  exp(z[i, j]))

    One loss and no other: a cosine of 1 to a code means values that are a code up to
    scale, so it needs no term for quantisation. The first to try when the classes of the
    queries are known in training; for other classes losses on pairs of examples do better.

    Args:
        labels: (batch,) class indices or (batch, classes) multi-hot.
        values: (batch, bits) float, such as a `HashHead` gives.
        targets: (classes, bits) of -1 and +1. `OrthoHashLoss` takes them from
            `binary_targets`, by its `num_classes`, the method `targets` and `seed`.
        margin: >= 0, in units of the cosine; with many classes 0.3 to 0.5 does better.
        scale: > 0, the inverse of a temperature; None for the root of `bits`. The authors
            recommend `sqrt(2) · log(classes - 1)`.

    Returns:
        (batch,), one value per example.

    Raises:
        ValueError: settings out of range, labels that are no class, or targets that are
            no codes of the length of the values.

    Cost: O(batch · classes · bits) time, O(batch · classes) memory.

    Reference: Hoe, Ng, Zhang, Chan, Song, Xiang, 2021, "One Loss for All: Deep Hashing
    with a Single Cosine Similarity based Learning Objective", arXiv:2109.14449. The
    authors' code has a scale of 8. In several classes it smooths labels in the same way.

    >>> codes = [[1, 1, 1, 1], [1, 1, -1, 1]]
    >>> values = [[3.0, 3.0, 3.0, -3.0]]  # cosines 0.5 and 0
    >>> loss = orthohash_loss([0], values, codes, margin=0.5)
    >>> round(float(loss[0]), 6)  # 0.5 - 0.5 meets 0: log 2
    0.693147
    """
    check_not_negative(margin, "margin")
    if scale is not None:
        check_positive(scale, "scale")
    member, values, targets = member_targets(labels, values, targets)
    return _rows(member, values, targets, margin, scale or values.shape[1] ** 0.5)


@compiled
def _rows(member, values, targets, margin, scale):
    length = tf.sqrt(tf.cast(tf.shape(targets)[1], values.dtype))
    cosines = tf.matmul(unit_norm(values) / length, targets, transpose_b=True)
    own = tf.cast(member, values.dtype)
    logits = scale * (cosines - margin * own)
    shares = own / tf.reduce_sum(own, axis=1, keepdims=True)
    return tf.reduce_logsumexp(logits, axis=1) - tf.reduce_sum(shares * logits, axis=1)


@registered
class OrthoHashLoss(TargetLoss):
    """`orthohash_loss` as a Keras loss: `loss(labels, values)`.

    The targets are `binary_targets(num_classes, bits, targets, seed)`.
    """

    def __init__(
        self,
        num_classes,
        margin=0.2,
        scale=None,
        targets="bernoulli",
        seed=0,
        name="orthohash_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_not_negative(margin, "margin"),
            "scale": None if scale is None else check_positive(scale, "scale"),
        }
        super().__init__(
            orthohash_loss, num_classes, targets, seed, settings, name, reduction
        )
