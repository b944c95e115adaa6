"""Trains what adds losses of its own, on one, two and four replicas.

Each loss on views, the memory and each regulariser of embeddings moves a kernel that
nothing else moves. Prints, as JSON, for each count of replicas by what it did, what the
metric of a loss logged, and what each replica remembers.
"""

import inspect
import json
import sys

import keras
import numpy as np
import tensorflow as tf
from conformance.exports import VIEW_LOSSES, VIEWS, batch, build

from tfmetric.layers import CrossBatchMemory, regularizers
from tfmetric.losses import BatchLoss, ContrastiveLoss, LossMetric

DIM = 3
# Those of centres do not see the batch.
REGULARIZERS = [regularizers.LpNorm, regularizers.Spherical, regularizers.ZeroMean]


def plain(loss):
    """The loss, and one inside it, as part of the step's own graph: less tracing."""
    inner = loss._settings.get("loss")
    for each in (loss, inner) if inner else (loss,):
        each._function = each._function and inspect.unwrap(each._function)
    return loss


class EveryLoss(BatchLoss):
    """The sum of all losses on views, each on its own columns: one gather, one graph."""

    def __init__(self):
        super().__init__(None, {}, "every_loss", "sum_over_batch_size")
        self.losses = [plain(build(item)) for item in VIEW_LOSSES]
        self.views = [VIEWS.get(item.__name__, 2) for item in VIEW_LOSSES]

    def call(self, y_true, y_pred):
        parts = tf.split(y_pred, [count * DIM for count in self.views] + [-1], axis=1)
        return tf.add_n(
            [
                loss.call(y_true, tf.reshape(part, [-1, count, DIM]))
                for loss, part, count in zip(self.losses, parts, self.views, strict=False)
            ]
        )


def kernel_layers():
    """By name, the layers that own the kernels, in the order of their outputs."""
    dense = keras.layers.Dense
    layers = {
        item.__name__: dense(VIEWS.get(item.__name__, 2) * DIM, use_bias=False)
        for item in VIEW_LOSSES
    }
    for item in REGULARIZERS:
        layers[item.__name__] = dense(DIM, use_bias=False, activity_regularizer=item())
    return {**layers, "CrossBatchMemory": dense(DIM, use_bias=False)}


def dataset():
    """Batches of eight, eight and three: with four replicas one of them has no row."""
    labels, x = batch(10)
    labels = np.concatenate([labels, labels[:9]]) + 2**40
    x = np.concatenate([x, x[:9] / 2])
    return tf.data.Dataset.from_tensor_slices(((x, labels), labels)).batch(8)


def train(replicas):
    # Strategies of one process must not share the keys of their collectives.
    tf.distribute.MirroredStrategy._collective_key_base += 100_000
    strategy = tf.distribute.MirroredStrategy([f"CPU:{i}" for i in range(replicas)])
    tf.config.run_functions_eagerly(replicas == 1)
    with strategy.scope():
        inputs = keras.Input((4,)), keras.Input((), dtype="int64")
        layers = kernel_layers()
        outputs = [layer(inputs[0]) for layer in layers.values()]
        memory = CrossBatchMemory(plain(ContrastiveLoss(margin=4.0)), size=12)
        outputs[-1] = memory(outputs[-1], inputs[1])
        model = keras.Model(inputs, keras.layers.Concatenate()(outputs))
        generator = np.random.default_rng(7)
        start = {}
        for name, layer in layers.items():
            start[name] = generator.normal(size=layer.kernel.shape)
            layer.kernel.assign(start[name])
        model.compile(
            keras.optimizers.SGD(0.01),
            loss=EveryLoss(),
            metrics=[LossMetric(plain(ContrastiveLoss(margin=9.0)), name="logged")],
            run_eagerly=replicas == 1,
        )
    logs = model.fit(dataset(), epochs=1, shuffle=False, verbose=0).history
    moved = {
        name: (layer.kernel.numpy() - start[name]).tolist()
        for name, layer in layers.items()
    }
    return {"moved": moved, "logged": logs["logged"], "remembered": copies(memory)}


def copies(memory):
    """What each replica holds, and what is saved: embeddings and labels."""
    variables = [memory.embeddings, memory.labels]
    local = [getattr(variable.value, "values", [variable.value]) for variable in variables]
    held = [[part.numpy().tolist() for part in parts] for parts in zip(*local, strict=True)]
    return [*held, [variable.numpy().tolist() for variable in variables]]


def main():
    cpu = tf.config.list_physical_devices("CPU")[0]
    devices = [tf.config.LogicalDeviceConfiguration()] * 4
    tf.config.set_logical_device_configuration(cpu, devices)
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    json.dump({replicas: train(replicas) for replicas in (1, 2, 4)}, sys.stdout)


if __name__ == "__main__":
    main()
