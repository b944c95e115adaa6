"""What every model shares: the training step, default losses, checks of its data."""

import keras
import numpy as np
import tensorflow as tf


class MetricModel(keras.Model):
    """A Keras model whose loss compares examples.

    Subclasses give `call`, `default_loss`, and where the loss needs another view of the
    outputs than `call` returns, `loss_view`.
    """

    def default_loss(self):
        """The loss of `compile()` without one; a dict where there are several terms."""
        raise ValueError(
            "Expected compile(loss=...): this network has no default loss. "
            f"Received: loss=None for {self.name}"
        )

    def default_loss_weights(self):
        """Weights of the terms, a dict where there are several."""

    def loss_view(self, y, y_pred):
        """What the losses compare: targets and predictions of like structure."""
        return y, y_pred

    def compile(self, optimizer="adam", loss=None, loss_weights=None, **settings):
        """Configures training as `keras.Model.compile` does.

        Without `loss` the network takes its default. The losses of `tfmetric.losses` are
        compiled functions. Other arguments are those of Keras.
        """
        super().compile(
            optimizer=optimizer,
            loss=self.default_loss() if loss is None else loss,
            loss_weights=loss_weights or self.default_loss_weights(),
            **settings,
        )

    def compile_from_config(self, config):
        """Compiles a loaded model as the saved one was."""
        self.compile(**keras.saving.deserialize_keras_object(config))
        if self.built:
            self.optimizer.build(self.trainable_variables)

    def fit(self, x=None, y=None, batch_size=None, epochs=1, **settings):
        """Trains as `keras.Model.fit` does, on arrays checked first.

        Raises:
            ValueError: no data, lengths that differ, NaN or infinity in an array, or a
                `class_weight`; weigh examples with `sample_weight` instead.
        """
        if settings.get("class_weight") is not None:
            raise ValueError(
                "Expected no class_weight: what is compared here are examples, so weigh "
                f"them with sample_weight. Received: {settings['class_weight']}"
            )
        check_arrays(x, y, settings.get("sample_weight"))
        if isinstance(settings.get("validation_data"), tuple):
            check_arrays(*settings["validation_data"])
        # Keras shuffles arrays only, and warns of a dataset that it was to shuffle.
        settings.setdefault("shuffle", not isinstance(x, tf.data.Dataset))
        return super().fit(x, y, batch_size=batch_size, epochs=epochs, **settings)

    def evaluate(self, x=None, y=None, batch_size=None, **settings):
        """Computes the losses as `keras.Model.evaluate` does, on arrays checked first."""
        check_arrays(x, y, settings.get("sample_weight"))
        return super().evaluate(x, y, batch_size=batch_size, **settings)

    def train_step(self, data):
        """One step of training: forward, loss, gradients, update."""
        with tf.GradientTape() as tape:
            loss, logs = self._score(data, training=True)
            loss = self.optimizer.scale_loss(loss)
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_weights, strict=True))
        return logs

    def test_step(self, data):
        """One step of evaluation: forward and loss."""
        return self._score(data, training=False)[1]

    def _score(self, data, training):
        """The loss of one batch, and the logs with it."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        y, y_pred = self.loss_view(y, self(x, training=training))
        if isinstance(y_pred, dict) and sample_weight is not None:
            sample_weight = dict.fromkeys(y_pred, sample_weight)
        loss = self.compute_loss(
            x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=training
        )
        # Keras divided the loss by the number of replicas; the log is of the whole.
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        batch = tf.shape(keras.tree.flatten(x)[0])[0]
        self._loss_tracker.update_state(loss * replicas, sample_weight=batch)
        return loss, self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    @classmethod
    def from_config(cls, config):
        """Rebuilds the model from `get_config`."""
        return cls(**keras.saving.deserialize_keras_object(config))


def check_arrays(*structures):
    """Refuses arrays that are empty, of different lengths, or not finite.

    Datasets and generators pass: their batches are not known yet.
    """
    leaves = keras.tree.flatten(structures)
    arrays = [leaf for leaf in leaves if isinstance(leaf, np.ndarray | tf.Tensor)]
    lengths = [len(array) if array.ndim else 0 for array in arrays]
    if arrays and min(lengths) == 0:
        raise ValueError(f"Expected at least one example. Received: {lengths}")
    if len(set(lengths)) > 1:
        raise ValueError(
            "Expected inputs, targets and weights of one length. "
            f"Received: lengths {', '.join(map(str, lengths))}"
        )
    for array in map(np.asarray, arrays):
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(
                "Expected finite numbers. Received: NaN or infinity in an array of "
                f"shape {array.shape}"
            )
