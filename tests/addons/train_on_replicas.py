"""Trains stock models with losses of `tfmetric.addons` on one replica and on two.

Prints, as JSON, by what each kernel moved: by loss, then by count of replicas. For the
losses on a similarity matrix, "1" is one step on the mean of the two halves' losses.
"""

import json
import sys

import keras
import numpy as np
import tensorflow as tf
from addons.cases import LABELS

import tfmetric.addons as tfa

RATE = 0.01
KERNEL = np.random.default_rng(7).normal(size=(4, 3)).astype(np.float32)
X = np.random.default_rng(8).normal(size=(8, 4)).astype(np.float32)
IDS = LABELS[:8].astype(np.int64) + 2**40
LOSSES = {
    "semi-hard": (tfa.losses.TripletSemiHardLoss, IDS),
    "contrastive": (tfa.losses.ContrastiveLoss, LABELS[:8] % 2),
    "npairs": (tfa.losses.NpairsLoss, IDS),
}


def build(name):
    inputs = keras.Input((4,))
    layer = keras.layers.Dense(3, use_bias=False)
    outputs = layer(inputs)
    if name == "npairs":
        outputs = keras.ops.matmul(outputs, keras.ops.transpose(outputs))
    if name == "contrastive":
        outputs = keras.ops.sum(keras.ops.square(outputs), axis=1)
    layer.set_weights([KERNEL])
    return keras.Model(inputs, outputs), layer


def fit(name, replicas):
    # Strategies of one process must not share the keys of their collectives.
    tf.distribute.MirroredStrategy._collective_key_base += 100_000
    strategy = tf.distribute.MirroredStrategy([f"CPU:{i}" for i in range(replicas)])
    loss, target = LOSSES[name]
    with strategy.scope():
        model, layer = build(name)
        model.compile(keras.optimizers.SGD(RATE), loss=loss(), run_eagerly=replicas == 1)
    model.fit(X, target, batch_size=8, shuffle=False, verbose=0)
    return layer.get_weights()[0] - KERNEL


def mean_of_halves(name):
    model, layer = build(name)
    loss, target = LOSSES[name]
    with tf.GradientTape() as tape:
        halves = [
            loss()(target[rows], model(X[rows])) for rows in np.split(np.arange(8), 2)
        ]
        mean = tf.add_n(halves) / 2
    return -RATE * tape.gradient(mean, layer.kernel.value).numpy()


def main():
    cpu = tf.config.list_physical_devices("CPU")[0]
    devices = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(cpu, devices)
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    moved = {}
    for name in LOSSES:
        one = mean_of_halves(name) if name == "npairs" else fit(name, 1)
        moved[name] = {"1": one.tolist(), "2": fit(name, 2).tolist()}
    json.dump(moved, sys.stdout)


if __name__ == "__main__":
    main()
