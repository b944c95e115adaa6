"""The learned boundary of a margin loss."""

import keras
import tensorflow as tf

from tfmetric._core._checks import check_count, check_number
from tfmetric._core._numerics import at_least_float32
from tfmetric._core._registry import registered


@registered
class MarginBoundary(keras.layers.Layer):
    """Writes learned boundaries behind each embedding, for `LearnedMarginLoss` to read.

    Put it last, after `UnitNorm`, in the model that is trained; for search use a model
    that ends at the embedding.

    Args:
        num_classes: None for one boundary, or the number of classes that get one each.
        initial: where boundaries start, in units of the loss's distance.

    Shapes: (batch, dim) to (batch, dim + 1), or (batch, dim + num_classes), float32.

    Raises:
        ValueError: a setting out of range.

    >>> MarginBoundary(num_classes=2, initial=1.5)(tf.constant([[0.6, 0.8]])).numpy()
    array([[0.6, 0.8, 1.5, 1.5]], dtype=float32)
    """

    def __init__(
        self, num_classes=None, initial=1.2, name=None, dtype="float32", trainable=True
    ):
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        if num_classes is not None:
            num_classes = check_count(num_classes, "num_classes")
        self.num_classes = num_classes
        self.initial = check_number(initial, "initial")

    def build(self, input_shape):
        """Makes the weights."""
        self.boundary = self.add_weight(
            name="boundary",
            shape=(self.num_classes or 1,),
            initializer=keras.initializers.Constant(self.initial),
            dtype="float32",
        )

    def call(self, inputs):
        """One batch of embeddings with the boundaries behind them."""
        embeddings = at_least_float32(inputs)
        boundary = tf.cast(self.boundary, embeddings.dtype)[None, :]
        rows = tf.repeat(boundary, tf.shape(embeddings)[0], axis=0)
        return tf.concat([embeddings, rows], axis=1)

    def compute_output_shape(self, input_shape):
        """The shape that comes in, with the boundaries."""
        return (*input_shape[:-1], input_shape[-1] + (self.num_classes or 1))

    def get_config(self):
        """Settings to rebuild the layer from."""
        own = {"num_classes": self.num_classes, "initial": self.initial}
        return {**super().get_config(), **own}
