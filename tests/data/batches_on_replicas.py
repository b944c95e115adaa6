"""Gives balanced batches to two replicas, in each of the ways to distribute a dataset.

Prints, as JSON, the examples that each replica had, step by step, and what a fit under
the strategy trained on, whole and resumed.
"""

import json
import sys

import keras
import numpy as np
import tensorflow as tf

from tfmetric.data import balanced_batches

CLASSES, PER_CLASS, ITEMS = 4, 4, 64
LABELS = np.repeat(np.arange(8), 8)


def stream(**settings):
    images = np.arange(ITEMS, dtype=np.float32)[:, None]
    return balanced_batches(images, LABELS, CLASSES, PER_CLASS, seed=2, **settings)


def from_function(context):
    shard = context.input_pipeline_id, context.num_input_pipelines
    share = context.get_per_replica_batch_size(CLASSES * PER_CLASS)
    return stream(shard=shard).rebatch(share)


def seen(strategy, dataset):
    """What each replica has of each batch of an epoch."""
    steps = []
    for images, _ in dataset:
        shares = strategy.experimental_local_results(images)
        steps.append([share.numpy()[:, 0].astype(int).tolist() for share in shares])
    return steps


class Recorder(keras.layers.Layer):
    """Passes on its input and notes what each replica had of it."""

    def __init__(self):
        super().__init__()
        self.scale = self.add_weight(shape=(), initializer="ones", name="scale")
        self.seen = []

    def call(self, images):
        tf.py_function(self._note, [images], [])
        return images * self.scale

    def _note(self, images):
        self.seen.append(images.numpy()[:, 0].astype(int).tolist())


def fit(strategy, batches, **settings):
    with strategy.scope():
        model = keras.Sequential([recorder := Recorder()])
        model.compile("sgd", "mse")
    model.fit(batches, verbose=0, shuffle=False, **settings)
    return recorder.seen


def main():
    cpu = tf.config.list_physical_devices("CPU")[0]
    devices = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(cpu, devices)
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    found = {
        "alone": [images.numpy()[:, 0].astype(int).tolist() for images, _ in stream()],
        "distribute_dataset": seen(
            strategy, strategy.experimental_distribute_dataset(stream())
        ),
        "from_function": seen(
            strategy, strategy.distribute_datasets_from_function(from_function)
        ),
        "fit": fit(strategy, stream(), epochs=3),
        "resumed": fit(strategy, stream(start=6), epochs=1),
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
