"""What miners look up in the rows of a matrix of distances."""

import tensorflow as tf


def furthest(distances, mask):
    """The masked column of the greatest distance in each row, the first of equals.

    Returns:
        (rows,) int32 columns, and (rows,) bool: whether a row has any.
    """
    cells = tf.where(mask, distances, distances.dtype.min)
    columns = tf.argmax(cells, axis=1, output_type=tf.int32)
    return columns, cells_at(mask, columns)


def nearest(distances, mask):
    """The masked column of the least distance in each row, as `furthest`."""
    return furthest(-distances, mask)


def cells_at(matrix, columns):
    """One cell of each row: (rows,)."""
    return tf.gather(matrix, columns, batch_dims=1)


def every_pair(mask):
    """Row and column of every cell, each (rows · columns,) int32."""
    return every_index(*tf.unstack(tf.shape(mask)))


def every_index(*sizes):
    """All combinations of indices below the sizes, the last running fastest."""
    grid = tf.meshgrid(*map(tf.range, sizes), indexing="ij")
    return [tf.reshape(indices, [-1]) for indices in grid]
