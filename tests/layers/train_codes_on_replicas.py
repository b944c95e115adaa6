"""Trains a hash head on one replica, on two and on four; prints what moved, as JSON."""

import json
import sys

import keras
import numpy as np
import tensorflow as tf

from tfmetric.layers import BiHalf, HashHead, TanhContinuation
from tfmetric.losses import ContrastiveLoss


def moved(replicas, activation):
    # Strategies of one process must not share the keys of their collectives.
    tf.distribute.MirroredStrategy._collective_key_base += 100_000
    generator = np.random.default_rng(0)
    x = generator.normal(size=(11, 4)).astype(np.float32)
    # A batch of eight and one of three: with four replicas one of them has no row.
    data = tf.data.Dataset.from_tensor_slices((x, np.arange(11) % 3)).batch(8)
    strategy = tf.distribute.MirroredStrategy([f"CPU:{i}" for i in range(replicas)])
    with strategy.scope():
        head = HashHead(6, activation=activation())
        model = keras.Sequential([keras.Input((4,)), head])
        model.compile(keras.optimizers.SGD(0.1), loss=ContrastiveLoss(distance="cosine"))
    kernel = generator.normal(size=(4, 6)).astype(np.float32)
    head.project.set_weights([kernel])
    model.fit(data, epochs=2, shuffle=False, verbose=0)
    after = [*head.project.get_weights(), *head.center.get_weights()]
    return [(after[0] - kernel).tolist(), *(each.tolist() for each in after[1:])]


def main():
    cpu = tf.config.list_physical_devices("CPU")[0]
    devices = [tf.config.LogicalDeviceConfiguration()] * 4
    tf.config.set_logical_device_configuration(cpu, devices)
    activations = {"BiHalf": BiHalf, "TanhContinuation": TanhContinuation}
    found = {
        name: {str(replicas): moved(replicas, activation) for replicas in (1, 2, 4)}
        for name, activation in activations.items()
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
