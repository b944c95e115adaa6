"""What every model shares: the training step, default losses, checks of its data."""

import keras
import numpy as np
import tensorflow as tf


class MetricModel(keras.Model):
    """A Keras model whose loss compares examples.

    Subclasses give `call`, `default_loss`, and where the loss needs another view of the
    outputs than `call` returns, `loss_view`.
    """

    def __init__(self, name=None, dtype=None):
        # Each layer brings its inputs to its own precision; float16 ends at 65504.
        super().__init__(name=name, dtype=dtype, autocast=False)

    def default_loss(self):
        """The loss of `compile()` without one; a dict where there are several terms."""
        raise ValueError(
            "Expected compile(loss=...): this network has no default loss. "
            f"Received: loss=None for {self.name}"
        )

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
            loss_weights=loss_weights,
            **settings,
        )

    def compile_from_config(self, config):
        """Compiles a loaded model as the saved one was."""
        self.compile(**keras.saving.deserialize_keras_object(config))
        if self.built:
            self.optimizer.build(self.trainable_variables)

    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=None,
        sample_weight=None,
        initial_epoch=0,
        steps_per_epoch=None,
        validation_steps=None,
        validation_batch_size=None,
        validation_freq=1,
    ):
        """Trains as `keras.Model.fit` does, on arrays checked first.

        Raises:
            ValueError: no data, lengths that differ, NaN or infinity in an array, or a
                `class_weight`; weigh examples with `sample_weight` instead.
            tf.errors.InvalidArgumentError: NaN or infinity in a batch of a dataset.
        """
        _refuse_class_weight(class_weight)
        self._check_data(x, y, sample_weight)
        if isinstance(validation_data, tuple):
            self._check_data(*validation_data)
        return super().fit(
            x=x,
            y=y,
            batch_size=batch_size,
            epochs=epochs,
            verbose=verbose,
            callbacks=callbacks,
            validation_split=validation_split,
            validation_data=validation_data,
            # Keras warns where there is nothing that it could shuffle.
            shuffle=shuffle and (isinstance(x, keras.utils.PyDataset) or bool(_arrays(x))),
            class_weight=None,
            sample_weight=sample_weight,
            initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch,
            validation_steps=validation_steps,
            validation_batch_size=validation_batch_size,
            validation_freq=validation_freq,
        )

    def evaluate(
        self,
        x=None,
        y=None,
        batch_size=None,
        verbose="auto",
        sample_weight=None,
        steps=None,
        callbacks=None,
        return_dict=False,
        **cached,
    ):
        """Computes the losses as `keras.Model.evaluate` does, on arrays checked first."""
        if not cached:
            self._check_data(x, y, sample_weight)
        return super().evaluate(
            x=x,
            y=y,
            batch_size=batch_size,
            verbose=verbose,
            sample_weight=sample_weight,
            steps=steps,
            callbacks=callbacks,
            return_dict=return_dict,
            **cached,  # Keras' own: `fit` keeps the validation data between epochs
        )

    def train_on_batch(
        self, x, y=None, sample_weight=None, class_weight=None, return_dict=False
    ):
        """Trains on one batch as `keras.Model.train_on_batch` does."""
        _refuse_class_weight(class_weight)
        self._check_data(x, y, sample_weight)
        return super().train_on_batch(
            x, y, sample_weight=sample_weight, return_dict=return_dict
        )

    def check_targets(self, y):
        """Refuses targets, an array, that the network cannot train on."""

    def _check_data(self, x, y=None, sample_weight=None):
        check_arrays(x, y, sample_weight)
        if isinstance(x, tf.data.Dataset) and x.cardinality() == 0:
            raise ValueError("Expected at least one batch. Received: an empty dataset")
        if y is not None:
            self.check_targets(np.asarray(y))

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
        for inputs in keras.tree.flatten(x):
            if inputs.dtype.is_floating:  # relu would make numbers of NaN
                tf.debugging.assert_all_finite(inputs, "Expected finite numbers")
        y_pred = self(x, training=training)
        loss = self.compute_loss(
            x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=training
        )
        # Keras divided the loss by the number of replicas; the log is of the whole.
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        batch = tf.shape(keras.tree.flatten(x)[0])[0]
        self._loss_tracker.update_state(loss * replicas, sample_weight=batch)
        return loss, self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The loss of what `loss_view` gives."""
        y, y_pred, sample_weight = self._view(y, y_pred, sample_weight)
        return super().compute_loss(x, y, y_pred, sample_weight, training)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        """Metrics of what `loss_view` gives."""
        y, y_pred, sample_weight = self._view(y, y_pred, sample_weight)
        return super().compute_metrics(x, y, y_pred, sample_weight)

    def _view(self, y, y_pred, sample_weight):
        y, y_pred = self.loss_view(y, y_pred)
        if isinstance(y_pred, dict) and sample_weight is not None:
            sample_weight = dict.fromkeys(y_pred, sample_weight)
        return y, y_pred, sample_weight

    def get_config(self):
        """Settings to rebuild the model from, its precision among them."""
        policy = keras.dtype_policies.serialize(self.dtype_policy)
        return {"name": self.name, "dtype": policy}

    @classmethod
    def from_config(cls, config):
        """Rebuilds the model from `get_config`."""
        return cls(**keras.saving.deserialize_keras_object(config))


def check_arrays(*structures):
    """Refuses arrays that are empty, of different lengths, not finite, or NumPy's text.

    Datasets and generators pass: their batches are not known yet.
    """
    arrays = _arrays(structures)
    lengths = [len(array) if array.ndim else 0 for array in arrays]
    if arrays and min(lengths) == 0:
        raise ValueError(f"Expected at least one example. Received: {lengths}")
    if len(set(lengths)) > 1:
        raise ValueError(
            "Expected inputs, targets and weights of one length, each an array. "
            f"Received: lengths {', '.join(map(str, lengths))}"
        )
    for array in arrays:
        if array.dtype.kind in "SU":  # Keras has no such type
            raise ValueError(
                "Expected text as Python objects: numpy.array(texts, dtype=object). "
                f"Received: dtype={array.dtype}"
            )
        # The least and the greatest are NaN where any number is.
        if array.dtype.kind == "f" and not np.isfinite([array.min(), array.max()]).all():
            raise ValueError(
                "Expected finite numbers. Received: NaN or infinity in an array of "
                f"shape {array.shape}"
            )


def check_batch(inputs, encoder):
    """Returns inputs as arrays, a batch of what the encoder takes, and text as tensors.

    Raises:
        ValueError: a single input, none, or NaN or infinity.
    """
    if isinstance(inputs, dict):
        inputs = {name: _as_batch(values) for name, values in inputs.items()}
        check_arrays(inputs)
        return inputs
    inputs = _as_batch(inputs)
    expected = getattr(encoder, "input_shape", None)
    if expected is not None and inputs.ndim != len(expected):
        raise ValueError(
            f"Expected a batch of shape {expected}; of one image, image[None]. "
            f"Received: shape={inputs.shape}"
        )
    check_arrays(inputs)
    return inputs


def _as_batch(values):
    array = np.asarray(values)
    return tf.constant(array) if array.dtype.kind in "OSU" else array


def _arrays(structure):
    """The arrays, tensors and tables in a structure, as NumPy arrays."""
    leaves = keras.tree.flatten(structure)
    return [np.asarray(leaf) for leaf in leaves if hasattr(leaf, "__array__")]


def _refuse_class_weight(class_weight):
    if class_weight is not None:
        raise ValueError(
            "Expected no class_weight: what is compared here are examples, so weigh "
            f"them with sample_weight. Received: {class_weight}"
        )
