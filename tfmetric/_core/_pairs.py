"""A labelled batch as rows of comparisons: anchors against the batch and a memory."""

from typing import NamedTuple

import tensorflow as tf

from tfmetric._core._masks import alike, as_labels_in_graph, pair_masks
from tfmetric._core._numerics import as_vectors_in_graph, unit_norm
from tfmetric._core._product import product


class Memory(NamedTuple):
    """Examples of earlier batches: compared with, never anchors.

    Shapes: `labels` (size,) or (size, classes), `embeddings` (size, dim), `valid` (size,)
    bool; a row that is not valid is empty.
    """

    labels: tf.Tensor
    embeddings: tf.Tensor
    valid: tf.Tensor


class Pairs(NamedTuple):
    """Every anchor against every example.

    Shapes: all (batch, batch + memory): `values` float, distances or similarities;
    `positive` and `negative` bool.
    """

    values: tf.Tensor
    positive: tf.Tensor
    negative: tf.Tensor


def distance_pairs(labels, embeddings, distance, memory=None):
    """`Pairs` of distances."""
    embeddings = as_vectors_in_graph(embeddings)
    others = None if memory is None else with_memory(embeddings, memory)
    values = distance(embeddings, others)
    return Pairs(values, *pair_masks(labels, embeddings, memory))


def cosine_pairs(labels, embeddings, memory=None, scale=1.0):
    """`Pairs` of cosines, times `scale`."""
    rows = unit_norm(as_vectors_in_graph(embeddings))
    others = rows
    if memory is not None:
        others = tf.concat([rows, unit_norm(tf.cast(memory.embeddings, rows.dtype))], 0)
    values = product(rows * scale, others)
    return Pairs(values, *pair_masks(labels, rows, memory))


def with_memory(embeddings, memory):
    """The rows of the batch, then those of the memory."""
    return tf.concat([embeddings, tf.cast(memory.embeddings, embeddings.dtype)], axis=0)


def class_mates(labels, memory=None):
    """Where the positives of each example are, packed to the left.

    Args:
        labels: (batch,) ids.
        memory: None, or a `Memory` with ids.

    Returns:
        (batch, most) int32 columns of a pair table and (batch, most) bool, which count;
        `most` is the size of the largest class in the batch, known only at run time.

    Cost: O(batch · most).
    """
    labels = as_labels_in_graph(labels)
    columns, valid = labels, tf.fill(tf.shape(labels), True)
    if memory is not None:
        labels, seen = alike(labels, as_labels_in_graph(memory.labels))
        columns = tf.concat([labels, seen], axis=0)
        valid = tf.concat([valid, memory.valid], axis=0)
    order = tf.argsort(columns)
    ordered = tf.gather(columns, order)
    first = tf.searchsorted(ordered, labels, side="left")
    count = tf.searchsorted(ordered, labels, side="right") - first
    slot = tf.range(tf.reduce_max(tf.concat([count, [0]], axis=0)))
    column = tf.gather(order, tf.minimum(first[:, None] + slot, tf.size(order) - 1))
    itself = column == tf.range(tf.size(labels))[:, None]
    return column, (slot < count[:, None]) & ~itself & tf.gather(valid, column)
