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
        (batch, most) values and (batch, most) bool, which of them are positive pairs.
        `most` is the size of the largest class; where labels are no ids, or sizes must
        be static, it is the number of columns.
    """
    labels = as_labels_in_graph(labels)
    if labels.shape.rank != 1 or in_xla():
        return pairs.values, pairs.positive
    columns, valid = class_mates(labels, memory)
    if miner is not None:
        valid &= tf.gather(pairs.positive, columns, batch_dims=1)
    return tf.gather(pairs.values, columns, batch_dims=1), valid


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
