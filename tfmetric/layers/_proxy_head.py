"""A direction for each class, learned, for losses that compare examples with classes."""

import keras
import tensorflow as tf

from tfmetric._core._checks import check_count
from tfmetric._core._numerics import at_least_float32, unit_norm
from tfmetric._core._registry import registered
from tfmetric.layers._class_vectors import add_class_vectors


@registered
class ProxyHead(keras.layers.Layer):
    """Owns a unit vector for each class and gives the cosines of embeddings to them.

        cosine[i, c] = x_i · p_c / (|x_i| |p_c|)

    Put it behind the embedding and give the model a loss that reads cosines, such as
    `ArcFaceLoss` (which shows it) or `ProxyAnchorLoss`. Such a loss has no weights; all
    that is learned is in the model. After training one keeps the embedding. Choose it
    where a batch holds too few pairs of a class to learn from.

    Args:
        num_classes: at least 2; labels are the numbers below it.
        centers_per_class: proxies of each class, for `SubCenterArcFaceLoss` and
            `SoftTripleLoss`.
        proxy_initializer: Keras initializer of a (proxies, dim) matrix, whose rows are
            then scaled to length one.
        proxy_regularizer: None or a Keras regularizer, such as `SparseCenters`.

    Shapes: (batch, dim) to (batch, num_classes) float32, with several centers to (batch,
    num_classes, centers_per_class); the weight `proxies` is (num_classes, dim) or
    (num_classes, centers_per_class, dim), float32 under every dtype policy.

    Raises:
        ValueError: counts without sense.

    Cost: O(batch · proxies · dim) time, O(batch · proxies) memory.

    >>> import numpy as np
    >>> head = ProxyHead(2)
    >>> head.build((None, 2))
    >>> head.set_weights([np.array([[1.0, 0.0], [0.0, 2.0]])])
    >>> head(np.array([[0.0, 4.0]])).numpy().tolist()
    [[0.0, 1.0]]
    """

    def __init__(
        self,
        num_classes,
        centers_per_class=1,
        proxy_initializer="random_normal",
        proxy_regularizer=None,
        name=None,
        dtype="float32",
        trainable=True,
    ):
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.num_classes = check_count(num_classes, "num_classes", least=2)
        self.centers_per_class = check_count(centers_per_class, "centers_per_class")
        self.proxy_initializer = keras.initializers.get(proxy_initializer)
        self.proxy_regularizer = keras.regularizers.get(proxy_regularizer)

    def build(self, input_shape):
        """Makes the weights."""
        self.proxies = add_class_vectors(
            self,
            input_shape,
            "proxies",
            self._classes(),
            self._unit_proxies,
            self.proxy_regularizer,
        )

    def call(self, inputs):
        """Cosines of one batch."""
        rows = unit_norm(at_least_float32(inputs))
        proxies = unit_norm(tf.cast(self.proxies, rows.dtype))
        proxies = tf.reshape(proxies, [-1, self.proxies.shape[-1]])
        cosines = tf.matmul(rows, proxies, transpose_b=True)
        return tf.reshape(cosines, [-1, *self._classes()])

    def compute_output_shape(self, input_shape):
        """One cosine for each proxy."""
        return (*input_shape[:-1], *self._classes())

    def get_config(self):
        """Settings to rebuild the layer from."""
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "centers_per_class": self.centers_per_class,
            "proxy_initializer": keras.initializers.serialize(self.proxy_initializer),
            "proxy_regularizer": keras.regularizers.serialize(self.proxy_regularizer),
        }

    def _classes(self):
        several = self.centers_per_class > 1
        return (self.num_classes, self.centers_per_class)[: 1 + several]

    def _unit_proxies(self, shape, dtype=None):
        rows = self.num_classes * self.centers_per_class
        proxies = self.proxy_initializer((rows, shape[-1]), dtype)
        return tf.reshape(unit_norm(proxies), shape)
