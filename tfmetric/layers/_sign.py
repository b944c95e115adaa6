"""Binary activation with a gradient."""

import keras
import tensorflow as tf

from tfmetric._core._checks import check_choice, check_number
from tfmetric._core._registry import registered


@registered
class Sign(keras.layers.Layer):
    """Turns values into -1 or +1, and passes a gradient all the same.

        output = +1 where input > threshold, else -1
        d output / d input := 1                 "identity"
                              1 - tanh(x)²      "tanh",     x = input - threshold
                              1 where |x| <= 1  "clipped",  else 0

    A value equal to the threshold is -1, everywhere in the library. Use it at the end of
    a network whose loss should see real codes; `tf.sign` would pass no gradient at all
    and give half a bit at zero. The identity keeps on moving values that are far from the
    threshold; "tanh" and "clipped" let go of bits that are decided.

    Args:
        threshold: the value above which a bit is set.
        estimator: "identity", "tanh" or "clipped", the slope that stands in.

    Shapes: any, kept.

    Raises:
        ValueError: a setting out of range.

    Reference: Su, Zhang, Han, Tian, 2018, "Greedy Hash", NeurIPS (identity); Hubara,
    Courbariaux, Soudry, El-Yaniv, Bengio, 2016, "Binarized Neural Networks",
    arXiv:1602.02830, equation 4 (clipped).

    >>> Sign()(tf.constant([-0.5, 0.0, 0.5])).numpy().tolist()
    [-1.0, -1.0, 1.0]
    """

    def __init__(
        self, threshold=0.0, estimator="identity", name=None, dtype=None, trainable=True
    ):
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.threshold = check_number(threshold, "threshold")
        self.estimator = check_choice(estimator, _SLOPES, "estimator")

    def call(self, inputs):
        """Binarises one batch."""
        return straight_through_sign(inputs - self.threshold, _SLOPES[self.estimator])

    def compute_output_shape(self, input_shape):
        """The shape that comes in."""
        return input_shape

    def get_config(self):
        """Settings to rebuild the layer from."""
        own = {"threshold": self.threshold, "estimator": self.estimator}
        return {**super().get_config(), **own}


_SLOPES = {
    "identity": tf.ones_like,
    "tanh": lambda x: 1 - tf.square(tf.tanh(x)),
    "clipped": lambda x: tf.cast(tf.abs(x) <= 1, x.dtype),
}


def straight_through_sign(values, slope=tf.ones_like):
    """-1 or +1 by `values > 0`, NaN kept; the gradient is that times `slope(values)`."""

    @tf.custom_gradient
    def sign(values):
        one = tf.ones_like(values)
        signs = tf.where(values > 0, one, tf.where(values <= 0, -one, values))
        return signs, lambda upstream: upstream * slope(values)

    return sign(values)
