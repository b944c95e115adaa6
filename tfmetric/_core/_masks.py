"""Which cells of a batch-by-batch matrix join the same class, which differ."""

import tensorflow as tf


def label_ids(labels):
    """Labels as ids of shape (batch,): any integer type; strings by a 63-bit hash.

    Raises:
        ValueError: the labels are neither (batch,) nor (batch, 1).
    """
    labels = tf.convert_to_tensor(labels)
    if labels.shape.rank == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.shape.rank not in (1, None):
        raise ValueError(
            "Expected labels of shape (batch,), one class id per example. "
            f"Received: shape={labels.shape}"
        )
    if labels.dtype == tf.string:
        return tf.strings.to_hash_bucket_fast(labels, 2**63 - 1)
    return labels


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


def pair_masks(labels, rows):
    """Cells of positive pairs (an example is not its own) and of negative pairs.

    Args:
        labels: (batch,) class ids.
        rows: the batch itself, embeddings or distances, for its length.

    Returns:
        Two boolean tensors of shape (batch, batch): `[i, j]` joins anchor i to j.

    Raises:
        ValueError: not one label for each row.
    """
    ids = label_ids(labels)
    check_one_label_each(ids, rows)
    same = ids[:, None] == ids[None, :]
    itself = tf.eye(tf.shape(ids)[0], dtype=tf.bool)
    return tf.logical_and(same, tf.logical_not(itself)), tf.logical_not(same)
