"""A weighted sum of losses on one output, and the log of its terms."""

import keras
import tensorflow as tf

from tfmetric import losses
from tfmetric._core._checks import check_number
from tfmetric._core._registry import registered

_MEANS = ("sum_over_batch_size", "mean", "mean_with_sample_weight")


@registered
class MultipleLosses(keras.losses.Loss):
    """The weighted sum of several losses, all on the same targets and output.

        loss = sum over terms of weight · loss(y_true, y_pred)

    Keras' own `compile(loss=…)` has one loss for each output of a model, and trains only
    the first where one output is given a list. To see the terms in the history,

        loss = MultipleLosses({"triplet": TripletLoss(), "npair": NPairLoss()})
        model.compile("adam", loss=loss, metrics=loss.term_metrics())

    Args:
        losses: dict from the name of a term to a Keras loss, or the name of a loss of
            this room. Each keeps its own reduction.
        weights: dict from the name of a term to its weight; 1 where there is none.
        name: name of the loss.

    Raises:
        ValueError: no loss, something that is none, or weights without a loss.

    Cost: that of its terms.

    >>> near, square = keras.losses.MeanAbsoluteError(), keras.losses.MeanSquaredError()
    >>> loss = MultipleLosses({"near": near, "square": square}, weights={"square": 0.5})
    >>> float(loss([[0.0]], [[4.0]]))  # 4 + 0.5 · 4²
    12.0
    """

    def __init__(self, losses, weights=None, name="multiple_losses"):
        super().__init__(name=name)
        if not isinstance(losses, dict) or not losses:
            raise ValueError(
                f"Expected losses as a dict from name to loss. Received: {losses!r}"
            )
        weights = {} if weights is None else weights
        if not set(weights) <= set(losses):
            raise ValueError(
                f"Expected weights for losses among {', '.join(losses)}. "
                f"Received: {', '.join(map(str, weights))}"
            )
        self.losses = {key: _as_loss(loss) for key, loss in losses.items()}
        self.weights = {
            key: check_number(weights.get(key, 1.0), f"the weight of {key}")
            for key in losses
        }

    def __call__(self, y_true, y_pred, sample_weight=None):
        # Each term is called as Keras would: it gathers and reduces by itself.
        return tf.add_n(
            [
                weight * self.losses[key](y_true, y_pred, sample_weight)
                for key, weight in self.weights.items()
            ]
        )

    def __repr__(self):
        return f"MultipleLosses({self.losses!r}, weights={self.weights!r})"

    def term_metrics(self):
        """One `LossMetric` for each term, under its name and without its weight.

        They belong to `compile(metrics=…)`, or `weighted_metrics` where `fit` is given
        weights of examples, and compute the terms a second time, without gradients.
        """
        return [LossMetric(loss, name=key) for key, loss in self.losses.items()]

    def get_config(self):
        """Settings to rebuild the loss from."""
        serialize = keras.saving.serialize_keras_object
        terms = {key: serialize(loss) for key, loss in self.losses.items()}
        return {"losses": terms, "weights": self.weights, "name": self.name}

    @classmethod
    def from_config(cls, config):
        """Rebuilds the loss from `get_config`."""
        return cls(**keras.saving.deserialize_keras_object(config))


@registered
class LossMetric(keras.metrics.Mean):
    """The mean of a loss over batches, beside the loss that is trained.

    Args:
        loss: a Keras loss that averages over the batch, or the name of one of this room.
        name: name in the logs; None for that of the loss.
        dtype: type of the sums.

    Raises:
        ValueError: a loss of another reduction.

    >>> metric = LossMetric(keras.losses.MeanSquaredError())
    >>> metric.update_state([[0.0]], [[4.0]])
    >>> metric.update_state([[0.0], [0.0], [0.0]], [[2.0], [2.0], [2.0]])
    >>> float(metric.result())  # (1 · 16 + 3 · 4) / 4
    7.0
    """

    def __init__(self, loss, name=None, dtype=None):
        self.loss = _as_loss(loss)
        if self.loss.reduction not in _MEANS:
            raise ValueError(
                f"Expected a loss of reduction {', '.join(_MEANS)}. "
                f"Received: reduction={self.loss.reduction!r}"
            )
        super().__init__(name=self.loss.name if name is None else name, dtype=dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds one batch, of as much weight as it has examples."""
        # Keras divides the loss of each replica by their number.
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        value = self.loss(y_true, y_pred, sample_weight) * replicas
        return super().update_state(value, sample_weight=tf.shape(y_pred)[0])

    def get_config(self):
        """Settings to rebuild the metric from."""
        loss = keras.saving.serialize_keras_object(self.loss)
        return {"loss": loss, "name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config):
        """Rebuilds the metric from `get_config`."""
        return cls(**keras.saving.deserialize_keras_object(config))


def _as_loss(loss):
    return loss if isinstance(loss, keras.losses.Loss) else losses.get(loss)
