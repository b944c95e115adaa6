"""Binary activation with a gradient."""

import keras
import tensorflow as tf

from tfmetric._core._checks import check_number
from tfmetric._core._registry import registered


@registered
class Sign(keras.layers.Layer):
    """Turns values into -1 or +1, and passes the gradient straight through.

        output = +1 where input > threshold, else -1
        d output / d input := 1

    A value equal to the threshold is -1, everywhere in the library. Use it at the end of
    a network whose loss should see real codes; `tf.sign` would pass no gradient at all
    and give half a bit at zero.

    Args:
        threshold: the value above which a bit is set.

    Shapes: any, kept.

    Reference: Su, Zhang, Han, Tian, 2018, "Greedy Hash", NeurIPS.

    >>> Sign()(tf.constant([-0.5, 0.0, 0.5])).numpy().tolist()
    [-1.0, -1.0, 1.0]
    """

    def __init__(self, threshold=0.0, name=None, dtype=None, trainable=True):
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.threshold = check_number(threshold, "threshold")

    def call(self, inputs):
        """Binarises one batch."""
        return _straight_through_sign(inputs - self.threshold)

    def compute_output_shape(self, input_shape):
        """The shape that comes in."""
        return input_shape

    def get_config(self):
        """Settings to rebuild the layer from."""
        return {**super().get_config(), "threshold": self.threshold}


@tf.custom_gradient
def _straight_through_sign(values):
    one = tf.ones_like(values)
    return tf.where(values > 0, one, -one), lambda gradient: gradient
