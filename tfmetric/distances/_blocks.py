"""Work on the rows of a large set some at a time, so that memory is that of a few."""

import tensorflow as tf


def map_rows(function, sets, rows):
    """Calls `function` on blocks of rows and joins what it returns along the rows.

    Args:
        function: takes one block of each set, of the same rows, and returns a tensor or
            a nest of tensors with one entry for each row. A row's result must not
            depend on the others: the last block is filled up with zeros.
        sets: tensors of the same number of rows.
        rows: rows of a block, >= 1.
    """
    if _fits(sets[0].shape[0], rows):
        return function(*sets)
    count = tf.shape(sets[0])[0]

    @tf.function
    def block(start):
        return function(*(_filled(each[start : start + rows], rows) for each in sets))

    start = tf.TensorSpec([], tf.int32)
    found = block.get_concrete_function(start).structured_outputs
    blocks = tf.map_fn(
        block,
        tf.range(0, tf.maximum(count, 1), rows),
        parallel_iterations=1,
        fn_output_signature=tf.nest.map_structure(_signature, found),
    )
    return tf.nest.map_structure(lambda each: _joined(each)[:count], blocks)


def _fits(count, rows):
    known = count is not None and not tf.is_tensor(rows)
    return known and count <= rows


def _filled(block, rows):
    missing = rows - tf.shape(block)[0]
    filled = tf.pad(block, [[0, missing]] + [[0, 0]] * (block.shape.rank - 1))
    height = None if tf.is_tensor(rows) else rows
    return tf.ensure_shape(filled, [height, *block.shape[1:]])


def _signature(tensor):
    return tf.TensorSpec(tensor.shape, tensor.dtype)


def _joined(blocks):
    return tf.reshape(blocks, tf.concat([[-1], tf.shape(blocks)[2:]], axis=0))
