"""A point for each class, learned, for losses that measure the way to it."""

import keras
import tensorflow as tf

from tfmetric import distances
from tfmetric._core._checks import check_count
from tfmetric._core._numerics import at_least_float32
from tfmetric._core._registry import registered
from tfmetric.layers._class_vectors import add_class_vectors


@registered
class CenterHead(keras.layers.Layer):
    """Owns a center for each class and gives the squared distances of embeddings to them.

        distance[i, c] = |x_i - m_c|²

    What `CenterLoss` reads. Unlike the proxies of a `ProxyHead`, centers may have any
    length.

    Args:
        num_classes: at least 2; labels are the numbers below it.
        center_initializer: Keras initializer of the (num_classes, dim) centers.
        center_regularizer: None or a Keras regularizer.

    Shapes: (batch, dim) to (batch, num_classes) float32; the weight `centers` is
    (num_classes, dim), float32 under every dtype policy.

    Raises:
        ValueError: `num_classes` is not a whole number above one.

    Cost: O(batch · num_classes · dim) time, O(batch · num_classes) memory.

    >>> import numpy as np
    >>> head = CenterHead(2)
    >>> head.build((None, 2))
    >>> head.set_weights([np.array([[0.0, 0.0], [3.0, 0.0]])])
    >>> head(np.array([[3.0, 4.0]])).numpy().tolist()
    [[25.0, 16.0]]
    """

    def __init__(
        self,
        num_classes,
        center_initializer="random_normal",
        center_regularizer=None,
        name=None,
        dtype="float32",
        trainable=True,
    ):
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.num_classes = check_count(num_classes, "num_classes", least=2)
        self.center_initializer = keras.initializers.get(center_initializer)
        self.center_regularizer = keras.regularizers.get(center_regularizer)

    def build(self, input_shape):
        """Makes the weights."""
        self.centers = add_class_vectors(
            self,
            input_shape,
            "centers",
            (self.num_classes,),
            self.center_initializer,
            self.center_regularizer,
        )

    def call(self, inputs):
        """Squared distances of one batch."""
        rows = at_least_float32(inputs)
        return distances.get("squared_euclidean")(rows, tf.cast(self.centers, rows.dtype))

    def compute_output_shape(self, input_shape):
        """One distance for each class."""
        return (*input_shape[:-1], self.num_classes)

    def get_config(self):
        """Settings to rebuild the layer from."""
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "center_initializer": keras.initializers.serialize(self.center_initializer),
            "center_regularizer": keras.regularizers.serialize(self.center_regularizer),
        }
