"""The positives of each anchor, packed: few where the batch holds many classes."""

import tensorflow as tf

from tfmetric._core._masks import as_labels_in_graph
from tfmetric._core._pairs import class_mates
from tfmetric._core._xla import in_xla


def positive_values(labels, pairs, miner=None, memory=None):
    """The values of positive pairs, so that work on them costs what they are in number.

    Args:
        labels: what the pairs were made of.
        pairs: `Pairs`.
        miner: what chose the pairs, or None.
        memory: what the pairs were made of, or None.

    Returns:
        The pairs to go on with, (batch, most) values and (batch, most) bool, which of
        them are positive pairs. `most` is the size of the largest class; where labels are
        no ids, or sizes must be static, it is the number of columns.
    """
    labels = as_labels_in_graph(labels)
    if labels.shape.rank != 1 or in_xla():
        return pairs, pairs.values, pairs.positive
    columns, valid = class_mates(labels, memory)
    if miner is not None:
        valid &= tf.gather(pairs.positive, columns, batch_dims=1)
    values, packed = and_packed(pairs.values, columns)
    return pairs._replace(values=values), packed, valid


@tf.custom_gradient
def and_packed(values, columns):
    """The values, and those in `columns` of each row: (rows, all), (rows, most).

    Whoever goes on with the values returned here has one table of gradients, into which
    those of the packed ones are added; a gather would make another of the same size.
    """

    def gradient(of_values, of_packed):
        rows = tf.range(tf.shape(columns)[0])[:, None]
        places = tf.stack([tf.broadcast_to(rows, tf.shape(columns)), columns], axis=2)
        return tf.tensor_scatter_nd_add(of_values, places, of_packed), None

    return (tf.identity(values), tf.gather(values, columns, batch_dims=1)), gradient


def nearest_values(d, negative):
    """The least distance of each row to a negative; very far where there is none."""
    far = d.dtype.max / 10
    filled = tf.where(negative, d, far)
    column = tf.argmin(filled, axis=1, output_type=tf.int32)[:, None]
    found = and_packed(d, column)[1][:, 0]
    return tf.where(tf.reduce_any(negative, axis=1), found, far)


def of_positives(labels, values):
    """The value of each positive, in the cells where `positive_values` has its pair.

    Args:
        labels: what the pairs were made of.
        values: (batch,), one for each example.

    Returns:
        (batch, most), or (1, batch) where that is the same for every anchor.
    """
    labels = as_labels_in_graph(labels)
    if labels.shape.rank != 1 or in_xla():
        return values[None, :]
    return tf.gather(values, class_mates(labels)[0])
