"""What the losses of this room share: how they are registered, averaged and saved."""

import inspect
from functools import partial

import keras
import tensorflow as tf

from tfmetric._core._checks import check_choice, check_number
from tfmetric._core._numerics import as_vectors_in_graph, at_least_float32
from tfmetric.addons.losses._distances import (
    angular_distance,
    like,
    pairwise_distance,
)

# The name under which tensorflow-addons saved its losses: models of its days load.
registered = keras.saving.register_keras_serializable("Addons")

_METRICS = {
    "L2": pairwise_distance,
    "squared-L2": partial(pairwise_distance, squared=True),
    "angular": angular_distance,
}


def mean_of_rows(rows, given):
    """The number that the original gives: the mean, zero for no rows, typed as `given`."""
    count = tf.cast(tf.size(rows), rows.dtype)
    return like(tf.reduce_sum(rows) / tf.maximum(count, 1), given)


def distance_matrix(embeddings, distance_metric):
    """Distances between all rows, by name or by a function of the embeddings.

    Raises:
        ValueError: an unknown name, or a function that gives no square matrix.
    """
    embeddings = as_vectors_in_graph(embeddings)
    if not isinstance(distance_metric, str):
        d = at_least_float32(distance_metric(embeddings))
        rows = embeddings.shape[0]
        if not d.shape.is_compatible_with([rows, rows]):
            raise ValueError(
                "Expected distance_metric to give a matrix of shape (batch, batch). "
                f"Received: shape={d.shape} for embeddings of {embeddings.shape}"
            )
        return d
    check_choice(distance_metric, _METRICS, "distance_metric")
    return _METRICS[distance_metric](embeddings)


def as_metric(identifier):
    """A `distance_metric` from a name, a function, or the config of a function.

    Raises:
        ValueError: none of these.
    """
    if isinstance(identifier, dict):
        identifier = keras.saving.deserialize_keras_object(identifier)
    if callable(identifier):
        return identifier
    return check_choice(identifier, _METRICS, "distance_metric")


def check_savable(distance_metric):
    """Refuses to save a function that Keras could not find again.

    Raises:
        ValueError: a function that is not registered.
    """
    function = inspect.isfunction(distance_metric)
    item = distance_metric if function else type(distance_metric)
    name = keras.saving.get_registered_name(item)
    if item is not str and keras.saving.get_registered_object(name) is not item:
        raise ValueError(
            "Expected a distance_metric that Keras can save: a name, a "
            "tfmetric.distances.Distance, or a function decorated with "
            f"@keras.saving.register_keras_serializable(). Received: {distance_metric!r}"
        )


def as_margin(margin):
    """A margin as a float, also where it is given as a tensor of one number."""
    return check_number(margin.numpy() if tf.is_tensor(margin) else margin, "margin")


def as_reduction(reduction):
    """Keras' reduction. The original knew "none" and "auto" and meant the mean."""
    return "sum_over_batch_size" if reduction in ("none", "auto") else reduction
