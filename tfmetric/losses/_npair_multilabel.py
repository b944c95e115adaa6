"""N-pair loss of examples that bear several labels each."""

import tensorflow as tf

from tfmetric._core._masks import as_labels_in_graph, check_one_label_each, pair_masks
from tfmetric._core._numerics import as_vectors_in_graph, count, nan_if_any
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled


@registered
@compiled
def npair_multilabel_loss(labels, embeddings):
    """Multi-label N-pair loss of a batch, on dot products.

        t[i, j] = labels that i and j share / sum over k of labels that i and k share
        loss    = mean over i of -sum over j of t[i, j] · log(softmax of x_i·x_j over j)

    Similarities follow the number of shared labels. An example is its own neighbour here,
    on both sides. Dot products in -1..1 hardly tell examples apart, so leave embeddings
    at their own length.

    Args:
        labels: (batch, classes) multi-hot; (batch,) ids and (batch, batch) bool pairs
            share one label or none.
        embeddings: (batch, dim) float.

    Returns:
        (batch,), one value per example, whose mean is the loss; zero for an example
        without any label.

    Raises:
        ValueError: shapes that do not fit.

    Cost: O(batch² · (dim + classes)) time, O(batch²) memory.

    Reference: Sohn, 2016, "Improved Deep Metric Learning with Multi-class N-pair Loss
    Objective", with the soft targets of tensorflow-addons' `npairs_multilabel_loss`,
    which is given the products and gives NaN where an example has no label.

    >>> loss = npair_multilabel_loss([[1, 1], [1, 0]], [[0.0], [0.0]])
    >>> round(float(tf.reduce_mean(loss)), 6)  # log 2
    0.693147
    """
    embeddings = as_vectors_in_graph(embeddings)
    products = tf.matmul(embeddings, embeddings, transpose_b=True)
    targets = _targets(labels, embeddings)
    rows = tf.nn.softmax_cross_entropy_with_logits(targets, products)
    labelled = tf.linalg.diag_part(targets) > 0
    return tf.where(labelled, rows, 0) + nan_if_any(embeddings)


def _targets(labels, rows):
    labels = as_labels_in_graph(labels)
    if labels.shape.rank == 2:
        check_one_label_each(labels, rows)
        labels = tf.cast(labels, rows.dtype)
        shared = tf.linalg.matvec(labels, tf.reduce_sum(labels, axis=0))
        parts = tf.math.divide_no_nan(labels, shared[:, None])
        return tf.matmul(parts, labels, transpose_b=True)
    same, _ = pair_masks(labels, rows)
    same = tf.linalg.set_diag(same, tf.ones_like(same[0]))
    return tf.where(same, 1 / tf.cast(count(same), rows.dtype)[:, None], 0)


@registered
class NPairMultilabelLoss(BatchLoss):
    """`npair_multilabel_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(self, name="npair_multilabel_loss", reduction="sum_over_batch_size"):
        super().__init__(npair_multilabel_loss, {}, name, reduction)
