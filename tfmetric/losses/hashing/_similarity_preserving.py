"""Similarity preserving: codes are as alike as the features they are made from."""

import tensorflow as tf

from tfmetric._core._masks import check_one_label_each
from tfmetric._core._numerics import as_vectors_in_graph, unit_norm
from tfmetric._core._registry import registered
from tfmetric.losses._base import compiled
from tfmetric.losses._proxy import GlobalRowsLoss, gathered


@registered
def similarity_preserving_loss(features, values):
    """Squared gap between the cosine of two codes and that of their features.

        loss[i] = mean over j != i of (cos(b[i], b[j]) - cos(x[i], x[j]))²

    Trains codes without labels, on features of a network trained before:
    `model.fit(images, features)`, or `model.fit(features, features)`. Cosines are taken
    of the values as they come: let a `BiHalf` or `Sign` layer, through which a gradient
    passes, make codes of them, or add a `quantization_loss`.

    Args:
        features: (batch, dim) float, what to preserve; no gradient passes to them.
        values: (batch, bits) float, codes or the values they are the signs of.

    Returns:
        (batch,), one value per example, zero where it is alone.

    Raises:
        ValueError: not of rank two, or not one row of features for each of values.

    Cost: O(batch² · (bits + dim)) time, O(batch²) memory.

    Reference: Li, van Gemert, 2021, "Deep Unsupervised Image Hashing by Maximizing Bit
    Entropy", AAAI, arXiv:2012.12334. All pairs of the batch count; the authors' code pairs
    its first half with its second.

    >>> features = [[1.0, 0.0], [0.0, 2.0], [0.0, 1.0]]  # cosines 0, 0 and 1
    >>> codes = [[1.0, 1.0], [1.0, -1.0], [1.0, 1.0]]  # cosines 0, 1 and 0
    >>> similarity_preserving_loss(features, codes).numpy().round(6).tolist()
    [0.5, 0.5, 1.0]
    """
    values = as_vectors_in_graph(values)
    features = tf.cast(as_vectors_in_graph(features), values.dtype)
    check_one_label_each(features, values)
    return _rows(tf.stop_gradient(features), values)


@compiled
def _rows(features, values):
    apart = tf.math.squared_difference(_cosines(values), _cosines(features))
    batch = tf.shape(values)[0]
    # Not `set_diag`: it would hide a NaN of an example that is alone.
    apart *= 1 - tf.eye(batch, dtype=values.dtype)
    return tf.reduce_sum(apart, axis=1) / tf.cast(tf.maximum(batch - 1, 1), values.dtype)


def _cosines(vectors):
    units = unit_norm(vectors)
    return tf.matmul(units, units, transpose_b=True)


@registered
class SimilarityPreservingLoss(GlobalRowsLoss):
    """`similarity_preserving_loss` as a Keras loss: `loss(features, values)`.

    Under a strategy the pairs are those of the global batch.
    """

    def __init__(self, name="similarity_preserving_loss", reduction="sum_over_batch_size"):
        super().__init__(similarity_preserving_loss, {}, name, reduction)

    def _global_rows(self, features, values):
        return self.call(gathered(features), gathered(tf.convert_to_tensor(values)))
