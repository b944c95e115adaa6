"""A weight vector for each class, learned, for losses that see its length as well."""

import keras
import tensorflow as tf

from tfmetric._core._checks import check_count
from tfmetric._core._numerics import at_least_float32, safe_norm, unit_norm
from tfmetric._core._registry import registered
from tfmetric.layers._class_vectors import add_class_vectors


@registered
class ProductHead(keras.layers.Layer):
    """Owns a vector for each class and gives its inner products with embeddings, in two.

        output[i, c] = (x_i · w_c / (|x_i| |w_c|), |x_i| |w_c|)

    The cosine and the lengths, whose product is the logit of an ordinary softmax
    classifier without a bias. What `LargeMarginSoftmaxLoss` reads, which changes the angle
    and leaves the lengths. Where lengths should play no part, take a `ProxyHead`.

    Args:
        num_classes: at least 2; labels are the numbers below it.
        proxy_initializer: Keras initializer of the (num_classes, dim) vectors.
        proxy_regularizer: None or a Keras regularizer.

    Shapes: (batch, dim) to (batch, num_classes, 2) float32; the weight `proxies` is
    (num_classes, dim), float32 under every dtype policy.

    Raises:
        ValueError: `num_classes` is not a whole number above one.

    Cost: O(batch · num_classes · dim) time, O(batch · num_classes) memory.

    >>> import numpy as np
    >>> head = ProductHead(2)
    >>> head.build((None, 2))
    >>> head.set_weights([np.array([[1.0, 0.0], [0.0, 2.0]])])
    >>> head(np.array([[0.0, 4.0]])).numpy().tolist()
    [[[0.0, 4.0], [1.0, 8.0]]]
    """

    def __init__(
        self,
        num_classes,
        proxy_initializer="glorot_uniform",
        proxy_regularizer=None,
        name=None,
        dtype="float32",
        trainable=True,
    ):
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.num_classes = check_count(num_classes, "num_classes", least=2)
        self.proxy_initializer = keras.initializers.get(proxy_initializer)
        self.proxy_regularizer = keras.regularizers.get(proxy_regularizer)

    def build(self, input_shape):
        """Makes the weights."""
        self.proxies = add_class_vectors(
            self,
            input_shape,
            "proxies",
            (self.num_classes,),
            self.proxy_initializer,
            self.proxy_regularizer,
        )

    def call(self, inputs):
        """Cosines and lengths of one batch."""
        rows = at_least_float32(inputs)
        proxies = tf.cast(self.proxies, rows.dtype)
        cosines = tf.matmul(unit_norm(rows), unit_norm(proxies), transpose_b=True)
        lengths = tf.matmul(safe_norm(rows), safe_norm(proxies), transpose_b=True)
        return tf.stack([cosines, lengths], axis=2)

    def compute_output_shape(self, input_shape):
        """A cosine and a length for each class."""
        return (*input_shape[:-1], self.num_classes, 2)

    def get_config(self):
        """Settings to rebuild the layer from."""
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "proxy_initializer": keras.initializers.serialize(self.proxy_initializer),
            "proxy_regularizer": keras.regularizers.serialize(self.proxy_regularizer),
        }
