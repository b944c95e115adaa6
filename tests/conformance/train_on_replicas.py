"""Trains a stock model, by every batch loss at once, on one replica and on several.

Each loss sees its own columns of the embedding, so each part of the kernel is trained by
its loss alone; each proxy loss has an output with a head of its own in a second model.
Prints, as JSON, by what each part moved for each count of replicas.
"""

import inspect
import json
import sys

import keras
import numpy as np
import tensorflow as tf
from conformance.exports import (
    BATCH_LOSSES,
    CENTERS,
    FEATURE_LOSSES,
    PROXY_LOSSES,
    TARGET_LOSSES,
    UNLABELLED_LOSSES,
    batch,
    build,
    head,
)

from tfmetric.layers.regularizers import SparseCenters
from tfmetric.losses import BatchLoss, ContrastiveLoss, ProxyLoss
from tfmetric.losses._proxy import GlobalRowsLoss, ProxyBatchLoss

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


def ids(labels, x):
    return labels + 2**40


def dataset(targets):
    """A batch of eight and one of three: with four replicas one of them has no row."""
    labels, x = batch(10)
    labels, x = np.append(labels, 2), np.append(x, x[:1] / 2, axis=0)
    weights = np.linspace(0.5, 1.5, len(x), dtype=np.float32)
    data = x, targets(labels, x), weights
    return tf.data.Dataset.from_tensor_slices(data).batch(8)


def start(replicas):
    # Strategies of one process must not share the keys of their collectives.
    tf.distribute.MirroredStrategy._collective_key_base += 100_000
    tf.config.run_functions_eagerly(replicas == 1)
    return tf.distribute.MirroredStrategy([f"CPU:{i}" for i in range(replicas)])


def train(replicas, loss, parts=1, targets=ids):
    strategy = start(replicas)
    generator = np.random.default_rng(7)
    # Part by part, so that no loss sees other columns because there is one more.
    kernel = np.concatenate([generator.normal(size=(4, DIM)) for _ in range(parts)], axis=1)
    with strategy.scope():
        layer = keras.layers.Dense(parts * DIM, use_bias=False)
        model = keras.Sequential([keras.Input((4,)), layer])
        layer.set_weights([kernel])
        model.compile(keras.optimizers.SGD(0.01), loss=loss, run_eagerly=replicas == 1)
    model.fit(dataset(targets), epochs=1, shuffle=False, verbose=0)
    moved = np.split(layer.get_weights()[0] - kernel, parts, axis=1)
    return [part.tolist() for part in moved]


def every_loss(replicas):
    items = [*BATCH_LOSSES, *UNLABELLED_LOSSES]
    moved = train(replicas, EveryLoss(map(build, items)), len(items))
    return {item.__name__: part for item, part in zip(items, moved, strict=True)}


def every_target_loss(replicas):
    parts = [(build(item), np.empty((1, DIM))) for item in TARGET_LOSSES]
    loss = joined_loss(GlobalRowsLoss, "mean", parts)
    moved = train(replicas, loss, len(parts), lambda labels, x: labels)
    return {item.__name__: part for item, part in zip(TARGET_LOSSES, moved, strict=True)}


def every_feature_loss(replicas):
    return {
        item.__name__: train(replicas, build(item), targets=lambda labels, x: x)[0]
        for item in FEATURE_LOSSES
    }


def every_proxy_loss(replicas):
    """By what kernel and proxies of each moved, flat.

    Heads of several centers are regularised; losses that join the batch are summed.
    """
    strategy, generator = start(replicas), np.random.default_rng(7)
    inputs, outputs, owned, joined = keras.Input((4,)), {}, {}, {}
    with strategy.scope():
        for base, reduction in ((ProxyLoss, "mean"), (ProxyBatchLoss, "sum")):
            parts = []
            for item in (each for each in PROXY_LOSSES if each.__base__ is base):
                several = item.__name__ in CENTERS
                embedding = keras.layers.Dense(DIM, use_bias=False)
                proxies = head(
                    item, **{"proxy_regularizer": SparseCenters(0.2)} if several else {}
                )
                parts.append((build(item), proxies(embedding(inputs))))
                owned[item.__name__] = [embedding.kernel, proxies.weights[0]]
            joined[base.__name__] = joined_loss(base, reduction, parts)
            flat_parts = [keras.layers.Flatten()(part) for _, part in parts]
            outputs[base.__name__] = keras.layers.Concatenate()(flat_parts)
        model = keras.Model(inputs, outputs)
        model.set_weights([generator.normal(size=each.shape) for each in model.weights])
        model.compile(keras.optimizers.SGD(0.01), joined, run_eagerly=replicas == 1)
    before = {name: flat(variables) for name, variables in owned.items()}
    targets = dataset(lambda labels, x: dict.fromkeys(outputs, labels))
    model.fit(targets, epochs=1, shuffle=False, verbose=0)
    return {name: (flat(owned[name]) - before[name]).tolist() for name in owned}


def joined_loss(base, reduction, parts):
    """The sum of losses of one base, each on its own columns."""
    losses, shapes = [loss for loss, _ in parts], [part.shape[1:] for _, part in parts]

    class EveryLoss(base):
        def call(self, y_true, y_pred):
            columns = tf.split(y_pred, [int(np.prod(shape)) for shape in shapes], axis=1)
            return tf.add_n(
                [
                    loss.call(y_true, tf.reshape(part, [-1, *shape]))
                    for loss, part, shape in zip(losses, columns, shapes, strict=True)
                ]
            )

    return EveryLoss(None, {}, base.__name__, reduction)


def flat(variables):
    return np.concatenate([np.ravel(variable) for variable in variables])


def every_kind(replicas):
    kinds = (every_loss, every_proxy_loss, every_target_loss, every_feature_loss)
    return {name: part for kind in kinds for name, part in kind(replicas).items()}


def summed(replicas):
    return {"summed": train(replicas, ContrastiveLoss(reduction="sum"))[0]}


def main():
    cpu = tf.config.list_physical_devices("CPU")[0]
    devices = [tf.config.LogicalDeviceConfiguration()] * 4
    tf.config.set_logical_device_configuration(cpu, devices)
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    moved = {"1": every_kind(1) | summed(1), "2": summed(2), "4": every_kind(4)}
    json.dump(moved, sys.stdout)


if __name__ == "__main__":
    main()
