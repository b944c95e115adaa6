"""Penalties on the embeddings of a batch."""

from abc import abstractmethod

import keras
import tensorflow as tf

from tfmetric._core._checks import check_not_negative, check_number
from tfmetric._core._global_batch import global_rows
from tfmetric._core._numerics import at_least_float32, safe_norm
from tfmetric._core._registry import registered


class _EmbeddingRegularizer(keras.regularizers.Regularizer):
    """The sum over rows of a penalty; Keras divides it by the batch."""

    def __init__(self, weight):
        self.weight = check_not_negative(weight, "weight")

    @abstractmethod
    def penalties(self, vectors):
        """The penalty of each vector: (rows, dim) to (rows,)."""

    def __call__(self, inputs):
        vectors = at_least_float32(inputs)
        vectors = tf.reshape(vectors, [-1, tf.shape(vectors)[-1]])
        total = tf.reduce_sum(self.penalties(vectors))
        # Keras takes the mean over a replica's rows, then over replicas, which may have
        # unequal numbers of rows.
        rows = tf.cast(tf.shape(vectors)[:1], total.dtype)
        mean_rows = tf.reduce_mean(global_rows(rows))
        return self.weight * total * tf.math.divide_no_nan(rows[0], mean_rows)

    def get_config(self):
        """Settings to rebuild the regulariser from."""
        return {"weight": self.weight}


@registered
class LpNorm(_EmbeddingRegularizer):
    """Keeps embeddings short.

        penalty = weight · mean over the batch of (sum over k of |x[k]|^p)^(1/p)

    Args:
        weight: >= 0.
        p: >= 1, the order of the norm.

    Raises:
        ValueError: a setting out of range.

    Cost: O(batch · dim).

    >>> round(float(LpNorm()([[3.0, 4.0], [0.0, 0.0]])), 6)  # Keras divides it by two
    5.0
    """

    def __init__(self, weight=1.0, p=2.0):
        super().__init__(weight)
        self.p = check_number(p, "p")
        if self.p < 1:
            raise ValueError(f"Expected p >= 1. Received: {p!r}")

    def penalties(self, vectors):
        """The norm of each vector: (rows, dim) to (rows,)."""
        # A norm grows as its vector does, so the largest value may be one.
        scale = tf.stop_gradient(tf.reduce_max(tf.abs(vectors), axis=1))
        zero = scale <= 0
        scale = tf.where(zero, tf.ones_like(scale), scale)
        sums = tf.reduce_sum(tf.abs(vectors / scale[:, None]) ** self.p, axis=1)
        roots = tf.where(zero, tf.ones_like(sums), sums) ** (1 / self.p)
        return tf.where(zero, tf.zeros_like(roots), scale * roots)

    def get_config(self):
        """Settings to rebuild the regulariser from."""
        return {**super().get_config(), "p": self.p}


@registered
class ZeroMean(_EmbeddingRegularizer):
    """Balances the values of each embedding around zero.

        penalty = weight · mean over the batch of |sum over k of x[k]|

    `losses.SNRContrastiveLoss` supposes such embeddings.

    Args:
        weight: >= 0.

    Cost: O(batch · dim).

    Reference: Yuan, Deng, Tang, Tang, Chen, 2019, "Signal-to-Noise Ratio: A Robust
    Distance Metric for Deep Metric Learning", arXiv:1904.02616, the second term of its
    losses.

    >>> float(ZeroMean()([[3.0, -1.0], [-2.0, -4.0]]))  # 2 + 6
    8.0
    """

    def __init__(self, weight=1.0):
        super().__init__(weight)

    def penalties(self, vectors):
        """How far each vector is out of balance: (rows, dim) to (rows,)."""
        return tf.abs(tf.reduce_sum(vectors, axis=1))


@registered
class Spherical(_EmbeddingRegularizer):
    """Brings embeddings to one length, whichever it is.

        penalty = weight · mean over the batch of (|x| - mean over the batch of |x|)²

    For losses on angles, where lengths that differ make the steps of the optimiser
    differ; put it before the embeddings are normalised.

    Args:
        weight: >= 0.

    Cost: O(batch · dim).

    Reference: Zhang, Li, Zhang, 2020, "Deep Metric Learning with Spherical Embedding",
    arXiv:2011.02785, equation 9, with the mean of the batch.

    >>> round(float(Spherical()([[3.0, 4.0], [0.0, 1.0]])), 6)  # (5 - 3)² + (1 - 3)²
    8.0
    """

    def __init__(self, weight=1.0):
        super().__init__(weight)

    def penalties(self, vectors):
        """How far each length is from the mean: (rows, dim) to (rows,)."""
        norms = safe_norm(vectors)[:, 0]
        everywhere = global_rows(tf.stop_gradient(norms))
        return (norms - tf.reduce_mean(everywhere)) ** 2
