"""Trains a stock model, by every batch loss at once, on one, two and four replicas.

Each loss sees its own columns of the embedding, so each part of the kernel is trained by
its loss alone; each proxy loss has an output with a head of its own in a second model.
Prints, as JSON, by what each part moved for each count of replicas.
"""

import functools
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
    to_proxies,
)

from tfmetric.layers.regularizers import SparseCenters
from tfmetric.losses import BatchLoss, ContrastiveLoss, ProxyLoss
from tfmetric.losses._proxy import GlobalRowsLoss, ProxyBatchLoss

DIM = 3


@functools.cache
def joined_loss(base, reduction, items, eager):
    """The sum of losses of one base, each on its own columns."""
    losses, shapes = [plain(build(item)) for item in items], list(map(shape_for, items))

    def rows(labels, values):
        columns = tf.split(values, [int(np.prod(shape)) for shape in shapes], axis=1)
        return tf.add_n(
            [
                loss.call(labels, tf.reshape(part, [-1, *shape]))
                for loss, part, shape in zip(losses, columns, shapes, strict=True)
            ]
        )

    if not eager:  # Keras gives a batch loss floats
        rows = traced_once(rows, tf.float32 if base is BatchLoss else tf.int64)

    class EveryLoss(base):
        def call(self, y_true, y_pred):
            return rows(y_true, y_pred)

    return EveryLoss(None, {}, base.__name__, reduction)


def plain(loss):
    """The loss as part of the graph that calls it: half the tracing."""
    loss._function = inspect.unwrap(loss._function)
    return loss


def shape_for(item):
    """The shape of what a loss reads of an example."""
    return to_proxies(item)[1].shape[1:] if item in PROXY_LOSSES else (DIM,)


def traced_once(function, labels_dtype):
    """A function of labels and values as a graph that all replicas share.

    Each of them would trace it anew, and its gradient, which takes most of the time.
    """
    specs = tf.TensorSpec([None], labels_dtype), tf.TensorSpec([None, None])
    return tf.function(function, input_signature=specs).get_concrete_function()


def ids(labels, x):
    return labels + 2**40


def classes(labels, x):
    return labels


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
    return train_jointly(replicas, BatchLoss, (*BATCH_LOSSES, *UNLABELLED_LOSSES), ids)


def every_target_loss(replicas):
    return train_jointly(replicas, GlobalRowsLoss, tuple(TARGET_LOSSES), classes)


def train_jointly(replicas, base, items, targets):
    loss = joined_loss(base, "sum_over_batch_size", items, eager=replicas == 1)
    moved = train(replicas, loss, len(items), targets)
    return {item.__name__: part for item, part in zip(items, moved, strict=True)}


def every_feature_loss(replicas):
    return {
        item.__name__: train(replicas, build(item), targets=lambda labels, x: x)[0]
        for item in FEATURE_LOSSES
    }


def every_proxy_loss(replicas):
    """By what kernel and proxies of each moved, flat.

    Heads of several centers are regularised; losses that join the batch are summed.
    """
    bases = {
        base: tuple(item for item in PROXY_LOSSES if item.__base__ is base)
        for base in (ProxyLoss, ProxyBatchLoss)
    }
    reductions = {ProxyLoss: "mean", ProxyBatchLoss: "sum"}
    joined = {
        base.__name__: joined_loss(base, reductions[base], items, eager=replicas == 1)
        for base, items in bases.items()
    }
    strategy, generator = start(replicas), np.random.default_rng(7)
    inputs, outputs, owned = keras.Input((4,)), {}, {}
    with strategy.scope():
        for base, items in bases.items():
            parts = []
            for item in items:
                several = item.__name__ in CENTERS
                embedding = keras.layers.Dense(DIM, use_bias=False)
                proxies = head(
                    item, **{"proxy_regularizer": SparseCenters(0.2)} if several else {}
                )
                parts.append(keras.layers.Flatten()(proxies(embedding(inputs))))
                owned[item.__name__] = [embedding.kernel, proxies.weights[0]]
            outputs[base.__name__] = keras.layers.Concatenate()(parts)
        model = keras.Model(inputs, outputs)
        model.set_weights([generator.normal(size=each.shape) for each in model.weights])
        model.compile(keras.optimizers.SGD(0.01), joined, run_eagerly=replicas == 1)
    before = {name: flat(variables) for name, variables in owned.items()}
    targets = dataset(lambda labels, x: dict.fromkeys(outputs, labels))
    model.fit(targets, epochs=1, shuffle=False, verbose=0)
    return {name: (flat(owned[name]) - before[name]).tolist() for name in owned}


def flat(variables):
    return np.concatenate([np.ravel(variable) for variable in variables])


def every_kind(replicas):
    kinds = every_loss, every_proxy_loss, every_target_loss, every_feature_loss, summed
    return {name: part for kind in kinds for name, part in kind(replicas).items()}


def summed(replicas):
    return {"summed": train(replicas, ContrastiveLoss(reduction="sum"))[0]}


def main():
    cpu = tf.config.list_physical_devices("CPU")[0]
    devices = [tf.config.LogicalDeviceConfiguration()] * 4
    tf.config.set_logical_device_configuration(cpu, devices)
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    moved = {replicas: every_kind(replicas) for replicas in (1, 2, 4)}
    json.dump(moved, sys.stdout)


if __name__ == "__main__":
    main()
