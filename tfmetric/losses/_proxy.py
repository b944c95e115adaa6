"""Losses against one proxy for each class: their labels, their input, their mean."""

import keras
import tensorflow as tf

from tfmetric._core._global_batch import global_rows
from tfmetric._core._masks import check_one_label_each, not_empty
from tfmetric._core._numerics import at_least_float32
from tfmetric._core._xla import in_xla
from tfmetric.losses._base import FunctionLoss


class GlobalRowsLoss(FunctionLoss):
    """A loss that takes `y_true` as it is given: Keras sees rows of the loss alone.

    Under a strategy rows are averaged over the global batch: one replica or many train
    the same weights.
    """

    def __call__(self, y_true, y_pred, sample_weight=None):
        rows = not_empty(self._global_rows(tf.convert_to_tensor(y_true), y_pred))
        if sample_weight is not None:
            sample_weight = global_rows(tf.convert_to_tensor(sample_weight))
        # Only rows go through Keras, which would make float32 of the labels.
        loss = _Reduction(self.name, self.reduction, "float32")(rows, rows, sample_weight)
        if self.reduction == "sum":
            # Keras divides means by the number of replicas; each has the whole sum here.
            loss /= tf.distribute.get_strategy().num_replicas_in_sync
        return loss

    def _global_rows(self, labels, values):
        return global_rows(self.call(labels, values))


class ProxyLoss(GlobalRowsLoss):
    """A loss that reads what a head with a proxy for each class gives, such as cosines.

    Labels are class indices (batch,) of any integer type, or one-hot (batch, classes).
    An index that is no class, or a row of no class or of several, is an error, never an
    example that is left out; where XLA compiles the step, which knows no errors, its loss
    is NaN. The head owns the proxies, the loss has none. Under a strategy rows are
    averaged over the global batch.
    """


class ProxyBatchLoss(ProxyLoss):
    """A proxy loss in which a row depends on the other rows of the batch."""

    def _global_rows(self, labels, values):
        return self.call(gathered(labels), gathered(tf.convert_to_tensor(values)))


class _Reduction(keras.losses.Loss):
    """Keras' reduction, of rows that are there already."""

    def call(self, y_true, y_pred):
        return y_pred


def gathered(rows):
    """`global_rows` of which all but the number is known, as it was."""
    everywhere = global_rows(rows)
    if everywhere is rows:
        return rows
    # A gather forgets how wide its rows are.
    return tf.ensure_shape(everywhere, [None, *rows.shape[1:]])


def class_cosines(labels, cosines):
    """Checks labels of one class each, and cosines (batch, classes) to them.

    Returns:
        (batch,) int64 class indices and the cosines, in float32 at least.

    Raises:
        ValueError: other shapes, labels that are no class of the cosines, or no cosines.
            `tf.errors.InvalidArgumentError` where only the running step can know.
    """
    cosines = _cosines(cosines, "(batch, classes)", 2)
    return one_class(labels, cosines, cosines.shape[1])


def center_cosines(labels, cosines):
    """`class_cosines` of shape (batch, classes, centers)."""
    cosines = _cosines(cosines, "(batch, classes, centers)", 3)
    return one_class(labels, cosines, cosines.shape[1])


def class_products(labels, products):
    """`class_cosines` of pairs (batch, classes, 2), a cosine and a length >= 0."""
    products = _per_class(products, "products (batch, classes, 2)", 3)
    if products.shape[2] != 2:
        raise ValueError(
            "Expected products (batch, classes, 2), cosines and lengths, as a ProductHead "
            f"gives. Received: shape={products.shape}"
        )
    _require_cosines(products[:, :, 0])
    message = "Expected lengths >= 0 behind the cosines, as a ProductHead gives"
    _require(~(tf.reduce_min(products[:, :, 1]) < 0), message, products)
    return one_class(labels, products, products.shape[1])


def class_distances(labels, distances):
    """`class_cosines` of distances (batch, classes), not negative."""
    distances = _per_class(distances, "distances (batch, classes)", 2)
    message = "Expected distances >= 0, such as a CenterHead gives"
    _require(~(tf.reduce_min(distances) < 0), message, distances)
    return one_class(labels, distances, distances.shape[1])


def class_sets(labels, cosines):
    """Checks labels of any number of classes, and cosines (batch, classes) to them.

    Returns:
        (batch, classes) bool, which classes an example has, and the cosines, in float32 at
        least.

    Raises:
        ValueError: as `class_cosines`.
    """
    cosines = _cosines(cosines, "(batch, classes)", 2)
    return class_members(labels, cosines, cosines.shape[1])


def class_members(labels, values, classes, least=0):
    """Checks labels of `least` classes or more of so many classes.

    Returns:
        (batch, classes) bool, which classes an example has, and `values`; where XLA
        compiles the step, those of a wrong label are NaN.

    Raises:
        ValueError: as `class_cosines`.
    """
    labels = class_labels(labels, values, classes)
    if labels.shape.rank == 1:
        indices, values = one_class(labels, values, classes)
        return tf.one_hot(indices, classes, True, False), values
    member, valid = _membership(labels)
    message = "Expected multi-hot labels of zeros and ones"
    if least:
        valid &= tf.math.count_nonzero(member, axis=1) >= least
        message += f", at least {least} one in each row"
    return _checked(member, values, valid, message, labels)


def own_and_others(labels, values, scale):
    """Every row's value of its own class, and all others as one.

    Args:
        labels: (batch,) int64 class indices.
        values: (batch, classes) float.
        scale: > 0.

    Returns:
        (batch,) `values[i, labels[i]]`, and (batch,) `log(sum over j != labels[i] of
        exp(scale · values[i, j]))`.
    """
    own = own_places(labels)
    lowest = tf.fill(tf.shape(labels), tf.constant(values.dtype.min / 10, values.dtype))

    @tf.custom_gradient
    def parts(values):
        others = tf.tensor_scatter_nd_update(values, own, lowest)
        peak = tf.reduce_max(others, axis=1, keepdims=True)
        powers = tf.exp((others - peak) * scale)
        sums = tf.reduce_sum(powers, axis=1)

        def gradient(own_slope, others_slope):
            slopes = powers * (scale * others_slope / sums)[:, None]
            return tf.tensor_scatter_nd_update(slopes, own, own_slope)

        joined = peak[:, 0] * scale + tf.math.log(sums)
        return (tf.gather_nd(values, own), joined), gradient

    return parts(values)


def own_places(labels):
    """Where the own classes are in (batch, classes): indices (batch, 2)."""
    return tf.stack([tf.range(tf.size(labels, out_type=labels.dtype)), labels], axis=1)


def _cosines(cosines, shape, rank):
    cosines = _per_class(cosines, f"cosines {shape}", rank)
    _require_cosines(cosines)
    return cosines


def _require_cosines(cosines):
    # Half precision rounds by less than a hundredth; NaN is not refused, it shows itself.
    known = ~(tf.reduce_max(tf.abs(cosines)) > 1.01)
    message = "Expected cosines, from -1 to 1, such as a ProxyHead gives"
    _require(known, message, cosines)


def _per_class(values, what, rank):
    values = at_least_float32(values)
    if values.shape.rank != rank or (values.shape[1] or 0) < 2:
        raise ValueError(
            f"Expected {what}, of at least two classes, such as a head with num_classes "
            f"gives. Received: shape={values.shape}"
        )
    return values


def class_labels(labels, values, classes):
    """Labels as (batch,) or (batch, classes), one for each row of `values`.

    Raises:
        ValueError: other shapes, or strings.
    """
    labels = tf.convert_to_tensor(labels)
    if labels.shape.rank == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    wide = labels.shape.rank == 2 and labels.shape[1] == classes
    if labels.dtype == tf.string or not (wide or labels.shape.rank == 1):
        raise ValueError(
            f"Expected labels as class indices (batch,) or one-hot (batch, {classes}). "
            f"Received: shape={labels.shape}, dtype={labels.dtype.name}"
        )
    check_one_label_each(labels, values)
    return labels


def one_class(labels, values, classes):
    """`class_members` of labels of exactly one class: (batch,) int64 indices, values."""
    labels = class_labels(labels, values, classes)
    if labels.shape.rank == 1:
        indices = tf.cast(labels, tf.int64)
        whole = tf.cast(indices, labels.dtype) == labels
        valid = whole & (indices >= 0) & (indices < classes)
        message = f"Expected labels as class indices from 0 to {classes - 1}"
        return _checked(indices, values, valid, message, labels)
    member, valid = _membership(labels)
    valid &= tf.math.count_nonzero(member, axis=1) == 1
    message = "Expected one-hot labels, a single 1 in each row and zeros"
    return _checked(tf.argmax(member, axis=1), values, valid, message, labels)


def _membership(labels):
    """Where labels are one, and the rows that are nothing but zeros and ones."""
    one = labels == tf.cast(1, labels.dtype)
    return one, tf.reduce_all(one | (labels == tf.cast(0, labels.dtype)), axis=1)


def _checked(classes, values, valid, message, labels):
    """Classes and values, once the label of every row is known to be valid."""
    with tf.control_dependencies(_require(tf.reduce_all(valid), message, labels)):
        classes = tf.identity(classes)
    if not in_xla():
        return classes, values
    valid = tf.reshape(valid, [-1] + [1] * (values.shape.rank - 1))
    return classes, tf.where(valid, values, tf.constant(float("nan"), values.dtype))


def _require(condition, message, values):
    """Raises ValueError where the values are known, else gives ops that raise."""
    known = tf.get_static_value(condition)
    if known is None:
        return [tf.debugging.Assert(condition, [message, values])]
    if not known:
        values = tf.get_static_value(values)
        span = f"from {values.min()} to {values.max()}"
        raise ValueError(f"{message}. Received: values {span}")
    return []
