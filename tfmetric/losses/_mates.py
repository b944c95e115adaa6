"""Where the positives of each anchor are, for losses that look at their ends."""

import tensorflow as tf

from tfmetric._core._masks import as_labels_in_graph
from tfmetric._core._pairs import class_mates
from tfmetric._core._xla import in_xla
from tfmetric.losses._positives import and_packed


def are_packed(labels):
    """Whether `positive_columns` has fewer columns than the batch has examples."""
    return as_labels_in_graph(labels).shape.rank == 1 and not in_xla()


def positive_columns(labels, positive):
    """Columns of a pair table that hold the positives of each row.

    Args:
        labels: what the table was made of.
        positive: (batch, batch) bool, its positive pairs.

    Returns:
        (batch, most) int32 columns and (batch, most) bool, which of them are positives.
        `most` is the size of the largest class; where labels are no ids, or sizes must be
        static, it is the number of columns.
    """
    if are_packed(labels):
        return class_mates(labels)
    columns = tf.range(tf.shape(positive)[1])
    return tf.broadcast_to(columns, tf.shape(positive)), positive


def and_in_columns(labels, values, columns):
    """The values to go on with, and those in the `columns` that `positive_columns` gave."""
    return and_packed(values, columns) if are_packed(labels) else (values, values)
