"""A relaxed sign that grows sharper while the network trains."""

import keras
import tensorflow as tf

from tfmetric._core._checks import check_count, check_not_negative, check_positive
from tfmetric._core._registry import registered


@registered
class TanhContinuation(keras.layers.Layer):
    """Squeezes code values towards -1 and +1, the more so the larger `beta` is.

        output = tanh(beta · input)

    As beta grows the output approaches the sign, so that a network that starts smooth
    ends as one trained on its own codes. `ContinuationSchedule` raises beta during `fit`;
    beta is saved with the model.

    Args:
        beta: > 0, the slope at zero to start from.

    Shapes: any, kept.

    Raises:
        ValueError: `beta` <= 0.

    Reference: Cao, Long, Wang, Yu, 2017, "HashNet: Deep Learning to Hash by
    Continuation", arXiv:1702.00758, equation 6.

    >>> TanhContinuation(beta=100.0)(tf.constant([-0.5, 0.0, 0.5])).numpy().tolist()
    [-1.0, 0.0, 1.0]
    """

    def __init__(self, beta=1.0, name=None, dtype="float32", trainable=True):
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.beta = check_positive(beta, "beta")
        self.slope = self.add_weight(
            name="slope",
            shape=(),
            initializer=keras.initializers.Constant(self.beta),
            dtype="float32",
            trainable=False,
        )

    def build(self, input_shape):
        """The weight is there already."""

    def call(self, inputs):
        """Squeezes one batch."""
        return tf.tanh(self.slope * inputs)

    def compute_output_shape(self, input_shape):
        """The shape that comes in."""
        return input_shape

    def get_config(self):
        """Settings to rebuild the layer from."""
        return {**super().get_config(), "beta": self.beta}


class ContinuationSchedule(keras.callbacks.Callback):
    """Raises the slope of every `TanhContinuation` of a model with its training steps.

        slope = beta · (1 + rate · step)^power,  beta being where the layer starts

    Args:
        rate: >= 0, per step; HashNet has 0.005.
        power: >= 0.
        every: steps between two changes; the start of an epoch is one, too. With
            `steps_per_execution` the next change waits for the end of an execution.

    Raises:
        ValueError: a setting out of range; at the start of training, a model without such
            a layer.

    Reference: the training code of Cao et al., 2017, "HashNet", arXiv:1702.00758. Steps
    are those of the optimizer, so that training goes on where a saved model stopped.
    """

    def __init__(self, rate=0.005, power=0.5, every=200):
        super().__init__()
        self.rate = check_not_negative(rate, "rate")
        self.power = check_not_negative(power, "power")
        self.every = check_count(every, "every")

    def on_train_begin(self, logs=None):
        """Finds the layers."""
        layers = self.model._flatten_layers()
        self.layers = [each for each in layers if isinstance(each, TanhContinuation)]
        if not self.layers:
            raise ValueError(
                "Expected a model with a TanhContinuation layer, such as the activation "
                f"of a HashHead. Received: {self.model.name}"
            )

    def on_epoch_begin(self, epoch, logs=None):
        """Makes the first batch one at which to set the slopes."""
        self.due = 0

    def on_train_batch_begin(self, batch, logs=None):
        """Sets the slopes, where it is time."""
        if batch >= self.due:
            self.due = batch + self.every
            steps = int(self.model.optimizer.iterations)
            growth = (1 + self.rate * steps) ** self.power
            for layer in self.layers:
                layer.slope.assign(layer.beta * growth)
