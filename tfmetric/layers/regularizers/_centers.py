"""Penalties on the centers (proxies) of classes, the weights of a head."""

from abc import abstractmethod

import keras
import tensorflow as tf

from tfmetric._core._checks import check_not_negative
from tfmetric._core._numerics import at_least_float32, unit_norm
from tfmetric._core._registry import registered


class _CenterRegularizer(keras.regularizers.Regularizer):
    """A penalty on all centers."""

    def __init__(self, weight):
        self.weight = check_not_negative(weight, "weight")

    @abstractmethod
    def penalty(self, centers):
        """The penalty of centers (…, dim): a number."""

    def __call__(self, inputs):
        penalty = self.penalty(at_least_float32(tf.convert_to_tensor(inputs)))
        return self.weight * penalty

    def get_config(self):
        """Settings to rebuild the regulariser from."""
        return {"weight": self.weight}


@registered
class RegularFace(_CenterRegularizer):
    """Pushes each center away from the nearest center of another class.

        penalty = weight · mean over centers c of max over centers c' of cos(c, c')

    where c' belongs to another class.

    Args:
        weight: >= 0.

    Shapes: (classes, dim) or (classes, centers, dim).

    Cost: O(centers² · dim) time and O(centers²) memory in each step, of all centers.

    Reference: Zhao, Xu, Cheng, 2019, "RegularFace: Deep Face Recognition via Exclusive
    Regularization", equation 4.

    >>> centers = [[1.0, 0.0], [2.0, 0.0], [0.0, 1.0]]  # the nearest: 1, 1 and 0
    >>> round(float(RegularFace()(centers)), 6)
    0.666667
    """

    def __init__(self, weight=1.0):
        super().__init__(weight)

    def penalty(self, centers):
        """The mean cosine to the nearest other class."""
        classes, dim = centers.shape[0], centers.shape[-1]
        if classes < 2:
            return tf.reduce_sum(centers * 0)
        rows = unit_norm(tf.reshape(centers, [-1, dim]))
        owner = tf.repeat(tf.range(classes), rows.shape[0] // classes)
        cosines = tf.matmul(rows, rows, transpose_b=True)
        others = tf.where(owner[:, None] != owner[None, :], cosines, -2)
        return tf.reduce_mean(tf.reduce_max(others, axis=1))


@registered
class CenterInvariant(_CenterRegularizer):
    """Brings all centers to one length, so that rare classes have no shorter ones.

        penalty = weight · mean over centers c of (|c|² - mean over centers of |c|²)² / 4

    Args:
        weight: >= 0.

    Shapes: (…, dim).

    Cost: O(classes · dim).

    Reference: Wu, Liu, Li, Tai, Chan, 2017, "Deep Face Recognition with Center Invariant
    Loss", equation 4, over all classes rather than those of the batch.

    >>> float(CenterInvariant()([[1.0, 0.0], [0.0, 3.0]]))  # 4² / 4, twice
    4.0
    """

    def __init__(self, weight=1.0):
        super().__init__(weight)

    def penalty(self, centers):
        """The variance of squared lengths, over four."""
        squares = tf.reduce_sum(centers**2, axis=-1)
        return tf.math.reduce_variance(squares) / 4


@registered
class SparseCenters(_CenterRegularizer):
    """Draws the centers of a class together, so that it keeps no more than it needs.

        penalty = weight · mean over classes of
                  sum over pairs s < t of sqrt(2 - 2 · cos(c[s], c[t]) + 1e-5)
                  / (centers · (centers - 1))

    Args:
        weight: >= 0; with `SoftTripleLoss` the paper takes 0.2.

    Shapes: (classes, centers, dim), at least two centers.

    Raises:
        ValueError: a weight below zero, or one center for each class.

    Cost: O(classes · centers² · dim).

    Reference: Qian, Shang, Sun, Hu, Li, Jin, 2019, "SoftTriple Loss: Deep Metric Learning
    Without Triplet Sampling", arXiv:1909.05235, equation 9; the small number under the
    root, from the authors' code, keeps the slope finite where centers coincide.

    >>> centers = [[[1.0, 0.0], [0.0, 2.0]]]  # one pair, at the distance sqrt(2)
    >>> round(float(SparseCenters()(centers)), 4)
    0.7071
    """

    def __init__(self, weight=1.0):
        super().__init__(weight)

    def penalty(self, centers):
        """Half the mean distance between two centers of a class."""
        if centers.shape.rank != 3 or centers.shape[1] < 2:
            raise ValueError(
                "Expected several centers of each class, shape (classes, centers, dim). "
                f"Received: shape={centers.shape}"
            )
        classes, count, _ = centers.shape
        rows = unit_norm(centers)
        cosines = tf.matmul(rows, rows, transpose_b=True)
        distances = tf.sqrt(tf.maximum(2 - 2 * cosines, 0) + 1e-5)
        apart = tf.linalg.set_diag(distances, tf.zeros_like(distances[:, :, 0]))
        return tf.reduce_sum(apart) / 2 / (classes * count * (count - 1))
