"""What every loss class adds to its function: settings, reduction, serialisation."""

import inspect
from functools import wraps

import keras
import numpy as np
import tensorflow as tf

from tfmetric._core._global_batch import global_rows, replicas
from tfmetric._core._masks import (
    as_labels_in_graph,
    check_one_label_each,
    dense_ids,
    not_empty,
)
from tfmetric._core._numerics import at_least_float32
from tfmetric._core._xla import in_xla


def compiled(function):
    """Runs `function` as a graph; itself a plain function, which Keras can save."""

    signature = inspect.signature(function)

    def of_ranks(ranks, *args, **settings):
        del ranks  # keeps `reduce_retracing` from making one trace for unknown ranks
        return function(*args, **settings)

    graph = tf.function(of_ranks, reduce_retracing=True)

    @wraps(function)
    def call(*args, **settings):
        if in_xla():  # a trace made outside may have sizes known only at run time
            return function(*args, **settings)
        # `reduce_retracing` cannot compare calls with different keywords.
        given = signature.bind(*args, **settings)
        given.apply_defaults()
        return graph(tuple(map(_rank, given.args)), *given.args, **given.kwargs)

    return call


def _rank(value):
    return value.shape.rank if tf.is_tensor(value) else np.ndim(value)


def tuple_columns(tuple_distances, count):
    """The columns of (batch, count) distances, in float32 at least.

    Raises:
        ValueError: not `count` columns.
    """
    tuple_distances = at_least_float32(tuple_distances)
    if tuple_distances.shape[-1] not in (count, None):
        raise ValueError(
            f"Expected {count} distances of each tuple, shape (batch, {count}). "
            f"Received: shape={tuple_distances.shape}"
        )
    return tf.unstack(tuple_distances, num=count, axis=-1)


class FunctionLoss(keras.losses.Loss):
    """A loss that scores each example by itself with a function of this room.

    Args:
        function: called as `function(y_true, y_pred, **settings)`, returns (batch,).
        settings: dict of keyword arguments, as the class was given them.
        name: name of the loss.
        reduction: Keras' reduction, such as "sum_over_batch_size".
    """

    def __init__(self, function, settings, name, reduction):
        super().__init__(name=name, reduction=reduction, dtype="float32")
        self._function = function
        self._settings = settings

    def call(self, y_true, y_pred):
        """Scores one batch: shape (batch,)."""
        return self._function(y_true, y_pred, **self._settings)

    def __repr__(self):
        settings = ", ".join(f"{k}={v!r}" for k, v in self._settings.items())
        return f"{type(self).__name__}({settings})"

    def get_config(self):
        """Settings to rebuild the loss from."""
        settings = {
            key: keras.saving.serialize_keras_object(value)
            for key, value in self._settings.items()
        }
        return {"name": self.name, "reduction": self.reduction, **settings}


class BatchLoss(FunctionLoss):
    """A loss that compares the examples of a batch with each other.

    Labels may be integers of any size or strings: they are renumbered before Keras
    makes float32 of them. (`fit` refuses NumPy's own string type: give it an array of
    dtype object, a tensor or a dataset.) Losses on pairs take multi-hot rows
    (batch, classes) as well, and a boolean pair matrix (batch, batch). Under a strategy
    the batch is the global one: the negatives of all replicas count, and one replica or
    many train the same weights.
    """

    zero_of_none = False  # whether a batch without an example has a loss, of zero

    def __call__(self, y_true, y_pred, sample_weight=None):
        labels, y_pred = as_labels_in_graph(y_true), tf.convert_to_tensor(y_pred)
        check_one_label_each(labels, y_pred)
        labels, y_pred = self._global_labels(labels), global_rows(y_pred)
        if not self.zero_of_none:
            y_pred = not_empty(y_pred)
        if sample_weight is not None:
            sample_weight = global_rows(tf.convert_to_tensor(sample_weight))
        loss = super().__call__(labels, y_pred, sample_weight)
        if self.reduction == "sum":
            # Keras divides means by the number of replicas; each has the whole sum here.
            loss /= tf.distribute.get_strategy().num_replicas_in_sync
        return loss

    def _global_labels(self, labels):
        """The labels of all replicas, in a form that survives a cast to float32."""
        if labels.shape.rank in (1, None):
            return dense_ids(global_rows(labels))
        if labels.shape.rank == 3 and replicas() > 1:
            raise ValueError(
                "Expected ids or multi-hot labels under a strategy of several replicas. "
                "Received: a pair matrix, which says nothing of pairs across replicas"
            )
        return global_rows(labels)

    @property
    def takes_memory(self):
        """Whether the loss compares anchors with single examples, so that others count."""
        function = self._function
        return function is not None and "memory" in inspect.signature(function).parameters

    def with_memory(self, labels, embeddings, memory):
        """Scores anchors against the batch and a memory: shape (batch,).

        Raises:
            ValueError: the loss is one that cannot use a memory.
        """
        if not self.takes_memory:
            raise ValueError(
                "Expected a loss that compares anchors with single examples, such as "
                f"ContrastiveLoss. Received: {type(self).__name__}"
            )
        return self._function(labels, embeddings, memory=memory, **self._settings)
