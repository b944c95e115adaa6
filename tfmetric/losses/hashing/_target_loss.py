"""Losses that pull examples to the fixed binary code of their class."""

import numpy as np
import tensorflow as tf

from tfmetric._core._checks import check_choice, check_count
from tfmetric._core._numerics import at_least_float32
from tfmetric.losses._proxy import GlobalRowsLoss, class_labels, class_members, one_class
from tfmetric.losses.hashing._targets import METHODS, binary_targets, tie_breaker


class TargetLoss(GlobalRowsLoss):
    """A loss that reads code values (batch, bits), which have no bounds, and labels.

    Labels are class indices (batch,) of any integer type, or multi-hot (batch, classes).
    A label that is no class, and a row without a class, is an error, never an example
    that is left out; where XLA compiles the step, which knows no errors, its loss is NaN.
    The codes of the classes, `binary_targets`, are made anew where the loss is loaded.

    Args:
        function: called as `function(labels, values, targets, **settings)`.
        num_classes: how many classes there are, two at least.
        targets: the method of `binary_targets`.
        seed: that of `binary_targets`.
        settings: dict of keyword arguments, as the class was given them.
        name: name of the loss.
        reduction: Keras' reduction, such as "sum_over_batch_size".
    """

    def __init__(self, function, num_classes, targets, seed, settings, name, reduction):
        self._targets = {
            "num_classes": check_count(num_classes, "num_classes", least=2),
            "targets": check_choice(targets, METHODS, "targets"),
            "seed": check_count(seed, "seed", least=0),
        }
        super().__init__(function, {**self._targets, **settings}, name, reduction)

    def call(self, y_true, y_pred):
        """Scores one batch: shape (batch,)."""
        settings = {k: v for k, v in self._settings.items() if k not in self._targets}
        bits = _bits(tf.convert_to_tensor(y_pred))
        classes, method, seed = self._targets.values()
        targets = binary_targets(classes, bits, method, seed)
        return self._function(y_true, y_pred, targets, **settings)


def _bits(values):
    if values.shape.rank != 2 or not values.shape[1]:
        raise ValueError(
            "Expected code values (batch, bits), such as a HashHead gives. "
            f"Received: shape={values.shape}"
        )
    return values.shape[1]


def values_and_targets(values, targets):
    """Both in the type of the values, float32 at least.

    Raises:
        ValueError: values that are not (batch, bits), or targets that are not -1 and +1
            of shape (classes, bits).
    """
    values = at_least_float32(values)
    bits = _bits(values)
    targets = np.asarray(targets)
    if targets.ndim != 2 or targets.shape[1] != bits or not _is_code(targets):
        raise ValueError(
            f"Expected targets of -1 and +1, shape (classes, {bits}), such as "
            f"binary_targets gives. Received: shape={targets.shape}, {targets.dtype}"
        )
    return values, tf.cast(tf.constant(targets), values.dtype)


def _is_code(targets):
    return targets.dtype.kind in "if" and bool(np.all(np.abs(targets) == 1))


def member_targets(labels, values, targets):
    """Checked values and targets, and which classes an example has (batch, classes)."""
    values, targets = values_and_targets(values, targets)
    member, values = class_members(labels, values, targets.shape[0], least=1)
    return member, values, targets


def own_targets(labels, values, targets):
    """Checked values, and the target of each example (batch, bits).

    That of an example of several classes has the bits that most of them have; a bit of
    which as many classes say -1 as +1 is that of one Bernoulli code, fixed for all.
    """
    values, targets = values_and_targets(values, targets)
    labels = class_labels(labels, values, targets.shape[0])
    if labels.shape.rank == 1:
        indices, values = one_class(labels, values, targets.shape[0])
        return values, tf.gather(targets, indices)
    member, values = class_members(labels, values, targets.shape[0], least=1)
    votes = tf.matmul(tf.cast(member, values.dtype), targets)
    ties = tf.constant(tie_breaker(targets.shape[1]), values.dtype)
    return values, tf.where(votes == 0, ties, tf.sign(votes))
