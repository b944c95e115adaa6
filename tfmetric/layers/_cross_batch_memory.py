"""Cross-batch memory: earlier batches as further positives and negatives."""

import keras
import tensorflow as tf

from tfmetric._core._checks import check_count, check_not_negative
from tfmetric._core._global_batch import global_rows
from tfmetric._core._masks import as_labels_in_graph, check_one_label_each, not_empty
from tfmetric._core._numerics import at_least_float32
from tfmetric._core._pairs import Memory
from tfmetric._core._registry import registered


@registered
class CrossBatchMemory(keras.layers.Layer):
    """Passes embeddings on, and adds a loss of the batch against earlier batches too.

    Embeddings drift slowly once training is under way, so those of the last batches serve
    as positives and negatives that cost no forward pass. Choose it where batches must be
    small and hold few positives.

        memory = CrossBatchMemory(losses.ContrastiveLoss(), size=4096)
        images, labels = keras.Input((28, 28, 1)), keras.Input((), dtype="int64")
        embeddings = encoder(images)
        model = keras.Model([images, labels], memory(embeddings, labels))
        model.compile("adam")
        model.fit([x, y])

    Each step of training adds the mean over the batch of `loss.with_memory`, where an
    anchor meets the batch once and the memory as it was before the batch; then the batch
    takes the place of the oldest examples. Outside training nothing is remembered:
    `evaluate` scores a batch against itself and the memory as training left it. Without
    labels nothing is scored either, and `keras.Model(images, embeddings)` is the model to
    serve.

    The memory is saved with the weights. Under a strategy it holds the global batch, the
    same on every replica.

    Args:
        loss: a `BatchLoss` that compares anchors with single examples, such as
            `ContrastiveLoss`. Its own reduction plays no part.
        size: how many examples the memory holds, at least one.
        warmup_steps: steps during which the memory fills and is not yet compared with.
        weight: >= 0, of the loss that is added.

    Shapes: embeddings (batch, dim) and labels (batch,), whole numbers of any size or
    strings, or multi-hot numbers (batch, classes) from `keras.Input((classes,))`; gives
    the embeddings. The memory is float32 under every dtype policy.

    Raises:
        ValueError: another kind of loss, no labels in training, ids made floats, labels of
            another form than the first, or a batch without examples.

    Cost: that of the loss on batch against batch + size; O(size · (dim + classes)) memory.

    Reference: Wang, Zhang, Huang, Scott, 2020, "Cross-Batch Memory for Embedding
    Learning", arXiv:1912.06798, algorithm 1. There the memory holds the batch itself when
    it is compared with; here the batch is beside it, with a gradient on both sides.

    >>> from tfmetric import losses
    >>> memory = CrossBatchMemory(losses.ContrastiveLoss(), size=3)
    >>> for x in (0.0, 3.0):
    ...     _ = memory(tf.constant([[x]]), tf.constant([7]), training=True)
    >>> float(memory.losses[0])  # (3 - 0)², with the example of the first step
    9.0
    """

    def __init__(
        self,
        loss,
        size=1024,
        warmup_steps=0,
        weight=1.0,
        name=None,
        dtype="float32",
        trainable=True,
    ):
        super().__init__(name=name, dtype=dtype, trainable=trainable, autocast=False)
        if not getattr(loss, "takes_memory", False):
            raise ValueError(
                "Expected loss to be a BatchLoss that compares anchors with single "
                f"examples, such as ContrastiveLoss(). Received: {loss!r}"
            )
        self.loss = loss
        self.size = check_count(size, "size")
        self.warmup_steps = check_count(warmup_steps, "warmup_steps", least=0)
        self.weight = check_not_negative(weight, "weight")

    def build(self, embeddings_shape, labels_shape=None):
        """Makes the memory, of ids unless the labels are multi-hot."""
        self.embeddings = self._state("embeddings", (self.size, embeddings_shape[-1]))
        classes = _classes(labels_shape)
        self.labels = self._state(
            "labels", (self.size, *classes), "int8" if classes else "int64"
        )
        self.seen = self._state("seen", (), "int64")
        self.steps = self._state("steps", (), "int64")

    def _state(self, name, shape, dtype="float32"):
        # Every replica writes the same into a copy of its own, and the first is saved.
        return keras.Variable(
            "zeros",
            shape=shape,
            dtype=dtype,
            trainable=False,
            autocast=False,
            aggregation="only_first_replica",
            synchronization="on_read",
            name=name,
        )

    def call(self, embeddings, labels=None, training=False):
        """Scores one batch, remembers it in training, and gives it back unchanged."""
        if labels is None and not training:
            return embeddings
        labels = global_rows(_numbers(labels, embeddings, self.labels.shape[1:]))
        rows = not_empty(global_rows(at_least_float32(embeddings)))
        scores = self.loss.with_memory(labels, rows, self._memory())
        # The mean of the global batch on every replica; Keras divides by their number.
        self.add_loss(self.weight * tf.reduce_mean(scores))
        if training:
            self._remember(labels, tf.stop_gradient(rows))
        return embeddings

    def _memory(self):
        filled = tf.range(self.size, dtype=tf.int64) < self.seen
        counts = filled & (self.steps >= self.warmup_steps)
        labels, embeddings = map(tf.convert_to_tensor, (self.labels, self.embeddings))
        return Memory(labels, embeddings, counts)

    def _remember(self, labels, rows):
        """Writes the batch over the oldest examples; of too large a batch, its end."""
        batch, slot = tf.shape(rows, tf.int64)[0], tf.range(self.size, dtype=tf.int64)
        behind = (self.seen + batch - 1 - slot) % self.size  # 0 for the batch's last row
        row = batch - 1 - behind
        source = tf.where(row >= 0, self.size + row, slot)
        for memory, new in ((self.labels, labels), (self.embeddings, rows)):
            both = tf.concat([memory, tf.cast(new, memory.dtype)], axis=0)
            memory.assign(tf.gather(both, source))
        self.seen.assign_add(batch)
        self.steps.assign_add(1)

    def compute_output_shape(self, embeddings_shape, labels_shape=None):
        """The shape that comes in."""
        del labels_shape
        return embeddings_shape

    def compute_output_spec(self, embeddings, labels=None, training=False):
        """Embeddings as they come in, of any precision."""
        return keras.KerasTensor(embeddings.shape, embeddings.dtype)

    def get_config(self):
        """Settings to rebuild the layer from."""
        return {
            **super().get_config(),
            "loss": keras.saving.serialize_keras_object(self.loss),
            "size": self.size,
            "warmup_steps": self.warmup_steps,
            "weight": self.weight,
        }

    @classmethod
    def from_config(cls, config):
        """Rebuilds the layer from `get_config`."""
        return cls(**keras.saving.deserialize_keras_object(config))


def _classes(labels_shape):
    """The width of multi-hot labels of this shape, as a shape: () for ids."""
    if labels_shape is None or len(labels_shape) < 2 or labels_shape[1] == 1:
        return ()
    if labels_shape[1] is None:
        raise ValueError(
            "Expected multi-hot labels of a known number of classes, from "
            f"keras.Input((classes,)). Received: shape={labels_shape}"
        )
    return (labels_shape[1],)


def _numbers(labels, embeddings, classes):
    """Labels as int64, in the form that the memory has: `classes` is () for ids."""
    if labels is None:
        raise ValueError(
            "Expected labels beside the embeddings in training: memory(embeddings, "
            "labels). Received: labels=None"
        )
    labels = tf.convert_to_tensor(labels)
    check_one_label_each(labels, tf.convert_to_tensor(embeddings))
    found = as_labels_in_graph(labels)
    if not found.shape[1:].is_compatible_with(classes):
        raise ValueError(
            "Expected labels in the form of the first ones, ids (batch,) or multi-hot "
            f"numbers (batch, classes), here {('batch', *classes)}. "
            f"Received: shape={labels.shape}, dtype={labels.dtype.name}"
        )
    if found.shape.rank == 1 and labels.dtype.is_floating:
        raise ValueError(
            "Expected labels as whole numbers or strings, from "
            "keras.Input((), dtype='int64'); float32 does not keep large ids apart. "
            f"Received: dtype={labels.dtype.name}"
        )
    return tf.cast(found, tf.int64)
