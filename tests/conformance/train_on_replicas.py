"""Trains a stock model, by every batch loss at once, on one replica and on several.

Each loss sees its own columns of the embedding, so each part of the kernel is trained by
its loss alone. Prints, as JSON, by what each part moved for each count of replicas.
"""

import inspect
import json
import sys

import keras
import numpy as np
import tensorflow as tf
from conformance.exports import BATCH_LOSSES, batch, build

from tfmetric.losses import BatchLoss, ContrastiveLoss

DIM = 3


class EveryLoss(BatchLoss):
    """The sum of all batch losses, each on its own columns: one gather, one graph."""

    def __init__(self, losses):
        super().__init__(None, {}, "every_loss", "sum_over_batch_size")
        self.losses = list(losses)
        for loss in self.losses:  # part of the step's own graph: half the tracing
            loss._function = inspect.unwrap(loss._function)

    def call(self, y_true, y_pred):
        parts = tf.split(y_pred, len(self.losses), axis=1)
        pairs = zip(self.losses, parts, strict=True)
        return tf.add_n([loss.call(y_true, part) for loss, part in pairs])


def dataset():
    """A batch of eight and one of three: with four replicas one of them has no row."""
    labels, x = batch(10)
    labels, x = np.append(labels, 2) + 2**40, np.append(x, x[:1] / 2, axis=0)
    weights = np.linspace(0.5, 1.5, len(x), dtype=np.float32)
    return tf.data.Dataset.from_tensor_slices((x, labels, weights)).batch(8)


def train(replicas, loss, parts=1):
    # Strategies of one process must not share the keys of their collectives.
    tf.distribute.MirroredStrategy._collective_key_base += 100_000
    strategy = tf.distribute.MirroredStrategy([f"CPU:{i}" for i in range(replicas)])
    tf.config.run_functions_eagerly(replicas == 1)
    kernel = np.random.default_rng(7).normal(size=(4, parts * DIM)).astype(np.float32)
    with strategy.scope():
        layer = keras.layers.Dense(parts * DIM, use_bias=False)
        model = keras.Sequential([keras.Input((4,)), layer])
        layer.set_weights([kernel])
        model.compile(keras.optimizers.SGD(0.01), loss=loss, run_eagerly=replicas == 1)
    model.fit(dataset(), epochs=1, shuffle=False, verbose=0)
    moved = np.split(layer.get_weights()[0] - kernel, parts, axis=1)
    return [part.tolist() for part in moved]


def every_loss(replicas):
    moved = train(replicas, EveryLoss(map(build, BATCH_LOSSES)), len(BATCH_LOSSES))
    return {item.__name__: part for item, part in zip(BATCH_LOSSES, moved, strict=True)}


def summed(replicas):
    return {"summed": train(replicas, ContrastiveLoss(reduction="sum"))[0]}


def main():
    cpu = tf.config.list_physical_devices("CPU")[0]
    devices = [tf.config.LogicalDeviceConfiguration()] * 4
    tf.config.set_logical_device_configuration(cpu, devices)
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    moved = {"1": every_loss(1) | summed(1), "2": summed(2), "4": every_loss(4)}
    json.dump(moved, sys.stdout)


if __name__ == "__main__":
    main()
