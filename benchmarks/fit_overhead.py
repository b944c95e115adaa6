"""What does metric learning cost beside plain classification?

Trains the same encoder on the same batches twice: as an `EmbeddingNetwork` with each of
some losses, and as a plain `keras.Model` with a softmax layer and cross-entropy. Epochs of
all are interleaved, so that noise of the machine falls on all alike; the first epoch of
each, which traces, is dropped. Prints the median epoch of each, and the median over the
rounds of its ratio to the plain model's epoch of the same round.

Not compared: GPUs, several replicas, mixed precision.
"""

import argparse
import statistics
import time

import keras
import numpy as np

from tfmetric import losses
from tfmetric.encoders import conv4
from tfmetric.models import EmbeddingNetwork

LOSSES = {
    "TripletLoss()": lambda: losses.TripletLoss(),
    "TripletLoss('semihard')": lambda: losses.TripletLoss(strategy="semihard"),
    "TripletLoss('hard')": lambda: losses.TripletLoss(strategy="hard"),
    "ContrastiveLoss()": lambda: losses.ContrastiveLoss(),
    "LiftedStructureLoss()": lambda: losses.LiftedStructureLoss(),
    "QuadrupletLoss()": lambda: losses.QuadrupletLoss(),
}


def plain(shape, classes, dim):
    model = keras.Sequential(
        [conv4(shape), keras.layers.Dense(dim), keras.layers.Dense(classes)]
    )
    model.compile("adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def metric(shape, dim, loss):
    model = EmbeddingNetwork(conv4(shape), dim)
    model.compile("adam", loss=loss)
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--size", type=int, default=28)
    settings = parser.parse_args()

    rng = np.random.default_rng(0)
    shape = (settings.size, settings.size, 1)
    images = rng.random((settings.batch * settings.steps, *shape), dtype=np.float32)
    labels = np.tile(np.arange(16), len(images) // 16 + 1)[: len(images)]
    models = {"keras.Model, softmax": plain(shape, 16, 64)}
    models |= {name: metric(shape, 64, make()) for name, make in LOSSES.items()}
    seconds = {name: [] for name in models}
    for _ in range(settings.epochs):
        for name, model in models.items():
            start = time.perf_counter()
            model.fit(images, labels, batch_size=settings.batch, shuffle=False, verbose=0)
            seconds[name].append(time.perf_counter() - start)

    print(
        f"conv4 on {settings.size}x{settings.size}, batch {settings.batch}, "
        f"{settings.steps} steps an epoch, median of {settings.epochs - 1} epochs"
    )
    base = seconds["keras.Model, softmax"]
    for name, times in seconds.items():
        ratio = statistics.median(t / b for t, b in zip(times[1:], base[1:], strict=True))
        print(f"{name:26s} {1000 * statistics.median(times[1:]):8.0f} ms  x{ratio:.2f}")


if __name__ == "__main__":
    main()
