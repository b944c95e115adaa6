"""What labels say about two examples: one class, or two.

Labels come in three forms: ids, one class per example; multi-hot rows, any number of
classes per example; and a pair matrix, for pairs judged without any classes.
"""

import tensorflow as tf


def label_ids(labels):
    """Labels as ids of shape (batch,): any integer type; strings by a 63-bit hash.

    Raises:
        ValueError: the labels are neither (batch,) nor (batch, 1).
    """
    labels = as_labels_in_graph(labels)
    if labels.shape.rank not in (1, None):
        raise ValueError(
            "Expected labels of shape (batch,), one class id per example. "
            f"Received: shape={labels.shape}"
        )
    return labels


def as_labels_in_graph(labels):
    """One of the three forms of labels, made plain.

    Returns:
        Ids of shape (batch,), multi-hot rows of shape (batch, classes), or a pair matrix
        of shape (batch, batch, 1). Given ids are (batch,) or (batch, 1), numbers or
        strings; multi-hot rows are numbers; a pair matrix (batch, batch) is boolean.

    Raises:
        ValueError: none of these.
    """
    labels = tf.convert_to_tensor(labels)
    rank, strings = labels.shape.rank, labels.dtype == tf.string
    if rank == 2 and labels.shape[1] == 1:
        labels, rank = labels[:, 0], 1
    if strings and rank in (1, None):
        return tf.strings.to_hash_bucket_fast(labels, 2**63 - 1)
    if rank == 2 and labels.dtype == tf.bool:
        _check_square(labels)
        return tf.cast(labels, tf.float32)[:, :, None]
    if rank == 2 and not strings:
        known = (labels == tf.cast(0, labels.dtype)) | (labels == tf.cast(1, labels.dtype))
        return checked(labels, known, "Expected ids of shape (batch,), or 0s and 1s")
    if rank in (1, None) and labels.dtype.is_floating:
        whole = tf.round(labels) == labels
        return checked(labels, whole, "Expected ids as whole numbers")
    if rank in (1, None) or _is_pair_matrix(labels):
        return labels
    raise ValueError(
        "Expected labels of shape (batch,), multi-hot numbers (batch, classes), or a "
        f"boolean pair matrix (batch, batch). Received: shape={labels.shape}, "
        f"dtype={labels.dtype.name}"
    )


def checked(values, valid, message):
    """`values`, once all are `valid`; XLA, which knows no errors, does not look.

    Raises:
        ValueError: some are not; `tf.errors.InvalidArgumentError` where only the running
            step can know.
    """
    everything = tf.reduce_all(valid)
    known = tf.get_static_value(everything)
    if known is None:
        check = tf.debugging.Assert(everything, [message, values])
        with tf.control_dependencies([check]):
            return tf.identity(values)
    if not known:
        raise ValueError(f"{message}. Received: {tf.get_static_value(values)!r}")
    return values


def _check_square(pairs):
    rows, columns = pairs.shape
    if None not in (rows, columns) and rows != columns:
        raise ValueError(
            "Expected boolean labels as a square pair matrix (batch, batch); cast "
            f"multi-hot rows to integers. Received: shape={pairs.shape}"
        )


def _is_pair_matrix(labels):
    return labels.shape.rank == 3 and labels.shape[2] == 1 and labels.dtype.is_floating


def dense_ids(labels):
    """Renumbers ids as 0, 1, 2, … in order of appearance, shape (batch,) int32."""
    return tf.unique(label_ids(labels)).idx


def check_one_label_each(labels, rows):
    """Refuses a number of labels that is not the number of `rows`, or broadcasts."""
    message = "Expected one label for each row of the batch"
    if not labels.shape[:1].is_compatible_with(rows.shape[:1]):
        raise ValueError(
            f"{message}. Received: labels of shape {labels.shape}, rows of {rows.shape}"
        )
    tf.debugging.assert_equal(tf.shape(labels)[0], tf.shape(rows)[0], message)


def not_empty(rows):
    """The rows of a batch, once it is known to have one: the mean over none is no number.

    Raises:
        ValueError: there is none; `tf.errors.InvalidArgumentError` where only the running
            step can know.
    """
    message = "Expected a batch of at least one example"
    if rows.shape.rank and rows.shape[0] == 0:
        raise ValueError(f"{message}. Received: shape={rows.shape}")
    return checked(rows, tf.shape(rows)[0] > 0, message)


def pair_masks(labels, rows, memory=None):
    """Cells of positive pairs (an example is not its own) and of negative pairs.

    Two examples of multi-hot labels are a positive pair when they share a class.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) pair matrix.
        rows: the batch itself, embeddings or distances, for its length.
        memory: None, or a `Memory` whose examples are columns after those of the batch.

    Returns:
        Two boolean tensors of shape (batch, batch + memory): `[i, j]` joins anchor i to
        example j.

    Raises:
        ValueError: not one label for each row, or a pair matrix with a memory.
    """
    labels = as_labels_in_graph(labels)
    check_one_label_each(labels, rows)
    same = _same_class(labels, labels)
    nobody = tf.zeros(tf.shape(same)[:1], tf.bool)
    if labels.shape.rank != 1:  # an example of no class is not its own negative
        same = tf.linalg.set_diag(same, ~nobody)
    positive, negative = tf.linalg.set_diag(same, nobody), ~same
    if memory is None:
        return positive, negative
    seen = _same_class(labels, as_labels_in_graph(memory.labels))
    return (
        tf.concat([positive, seen & memory.valid], axis=1),
        tf.concat([negative, ~seen & memory.valid], axis=1),
    )


def _same_class(a, b):
    if a.shape.rank == 3:
        if a is not b:
            raise ValueError(
                "Expected ids or multi-hot labels beside a memory. Received: a pair "
                "matrix, which says nothing of examples outside the batch"
            )
        sides = tf.shape(a)
        message = "Expected a square pair matrix; cast multi-hot rows to integers"
        return checked(a, sides[0] == sides[1], message)[:, :, 0] > 0
    if a.shape.rank == 2:
        a, b = tf.cast(a, tf.float32), tf.cast(b, tf.float32)
        return tf.matmul(a, b, transpose_b=True) > 0
    a, b = alike(a, b)
    return a[:, None] == b[None, :]


def alike(a, b):
    """Ids of two integer types in one that holds both."""
    if a.dtype == b.dtype:
        return a, b
    return tf.cast(a, tf.int64), tf.cast(b, tf.int64)
