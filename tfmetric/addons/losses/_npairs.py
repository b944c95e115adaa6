"""N-pairs losses of a similarity matrix."""

import tensorflow as tf

from tfmetric._core._masks import check_one_label_each, dense_ids, label_ids
from tfmetric._core._numerics import at_least_float32, nan_if_any
from tfmetric.addons.losses._base import as_reduction, mean_of_rows, registered
from tfmetric.losses._base import FunctionLoss, compiled


def npairs_rows(y_true, y_pred):
    """Values per row whose mean is `npairs_loss`."""
    ids = label_ids(y_true)
    return _cross_entropy(ids[:, None] == ids, y_pred)


def npairs_multilabel_rows(y_true, y_pred):
    """Values per row whose mean is `npairs_multilabel_loss`."""
    classes = tf.cast(as_multi_hot(y_true), at_least_float32(y_pred).dtype)
    return _cross_entropy(tf.matmul(classes, classes, transpose_b=True), y_pred)


def _cross_entropy(shared, y_pred):
    """Softmax cross-entropy of each row with the share that each column has of it."""
    logits = at_least_float32(y_pred)
    if logits.shape.rank != 2 or not logits.shape.is_compatible_with(shared.shape):
        raise ValueError(
            "Expected y_pred as a similarity matrix of shape (batch, batch), with one row "
            f"of labels for each row. Received: shape={logits.shape}, labels for "
            f"{shared.shape[0]} rows"
        )
    shared = tf.cast(shared, logits.dtype)
    total = tf.reduce_sum(shared, axis=1, keepdims=True)
    share = tf.math.divide_no_nan(shared, total)  # none for an example without a class
    rows = -tf.reduce_sum(share * tf.nn.log_softmax(logits), axis=1)
    return rows + nan_if_any(logits)


def as_multi_hot(labels):
    """Multi-hot labels as a dense tensor of shape (batch, classes).

    Raises:
        ValueError: not of rank two.
    """
    if isinstance(labels, tf.SparseTensor):
        labels = tf.sparse.to_dense(labels)
    labels = tf.convert_to_tensor(labels)
    if labels.shape.rank not in (2, None):
        raise ValueError(
            "Expected multi-hot labels of shape (batch, classes). "
            f"Received: shape={labels.shape}"
        )
    return labels


@registered
@compiled
def npairs_loss(y_true, y_pred):
    """N-pairs loss of a similarity matrix.

        T[i, j] = [y[i] = y[j]] / (number of k with y[i] = y[k])
        loss    = mean over i of the cross-entropy of softmax(y_pred[i]) with T[i]

    Args:
        y_true: (batch,) class ids.
        y_pred: (batch, batch) float, similarities such as `a @ transpose(b)` of the
            embeddings of the two halves of each pair.

    Returns:
        A number, of the type of `y_pred`.

    Raises:
        ValueError: shapes that do not fit.

    Cost: O(batch²).

    >>> loss = npairs_loss([0, 1], [[0.0, 0.0], [0.0, 0.0]])
    >>> round(float(loss), 6)  # log 2
    0.693147
    """
    return mean_of_rows(npairs_rows(y_true, y_pred), y_pred)


@registered
@compiled
def npairs_multilabel_loss(y_true, y_pred):
    """N-pairs loss of a similarity matrix whose examples have any number of classes.

        T[i, j] = (classes that i and j share) / (the same, summed over the row)
        loss    = mean over i of the cross-entropy of softmax(y_pred[i]) with T[i]

    Args:
        y_true: (batch, classes) of 0 and 1, or a `tf.SparseTensor` of that shape.
        y_pred: (batch, batch) float, similarities.

    Returns:
        A number, of the type of `y_pred`. A row without a class counts as zero, where
        the original has NaN.

    Raises:
        ValueError: shapes that do not fit.

    Cost: O(batch² · classes).

    >>> loss = npairs_multilabel_loss([[1, 0], [1, 1]], [[0.0, 0.0], [0.0, 0.0]])
    >>> round(float(loss), 6)  # log 2
    0.693147
    """
    return mean_of_rows(npairs_multilabel_rows(y_true, y_pred), y_pred)


@registered
class NpairsLoss(FunctionLoss):
    """`npairs_loss` as a Keras loss: `loss(labels, similarities)`.

    Under a strategy each replica scores the similarity matrix of its own examples, and
    the loss is the mean of the replicas': no matrix across replicas can be had from
    theirs. `tfmetric.losses.NPairLoss` takes embeddings and does compare across them.
    """

    def __init__(self, name="npairs_loss", reduction="sum_over_batch_size"):
        super().__init__(_compiled_rows, {}, name, as_reduction(reduction))

    def __call__(self, y_true, y_pred, sample_weight=None):
        ids = dense_ids(y_true)  # before Keras makes float32 of them
        check_one_label_each(ids, tf.convert_to_tensor(y_pred))
        return super().__call__(ids, y_pred, sample_weight)


@registered
class NpairsMultilabelLoss(FunctionLoss):
    """`npairs_multilabel_loss` as a Keras loss: `loss(multi_hot, similarities)`.

    Under a strategy each replica scores its own matrix, as with `NpairsLoss`.
    """

    def __init__(self, name="npairs_multilabel_loss", reduction="sum_over_batch_size"):
        super().__init__(_compiled_multilabel_rows, {}, name, as_reduction(reduction))

    def __call__(self, y_true, y_pred, sample_weight=None):
        classes = as_multi_hot(y_true)
        check_one_label_each(classes, tf.convert_to_tensor(y_pred))
        return super().__call__(classes, y_pred, sample_weight)


_compiled_rows = compiled(npairs_rows)
_compiled_multilabel_rows = compiled(npairs_multilabel_rows)
