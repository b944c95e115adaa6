"""What does metric learning cost beside plain classification, and augmentation on top?

Trains the same encoder on the same batches twice: as an `EmbeddingNetwork` with each of
some losses, and as a plain `keras.Model` with a softmax layer and cross-entropy. Epochs of
all are interleaved, so that noise of the machine falls on all alike; the first epoch of
each, which traces, is dropped. Prints the median epoch of each, and the median over the
rounds of its ratio to the plain model's epoch of the same round.

Then trains an `EmbeddingNetwork` on colour images that a `Pipeline` crops, mirrors, turns
and jitters as they are read, and on ready arrays of the same images; how many images a
second the pipeline gives by itself, and how many the step takes, stands beside it. Where
the processor that trains also augments, both share its time.

Not compared: GPUs, several replicas, mixed precision.
"""

import argparse
import statistics
import time

import keras
import numpy as np
import tensorflow as tf

from tfmetric import augmentation, losses
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

    compare_losses(settings)
    compare_augmentation(settings)


def compare_losses(settings):
    shape = (settings.size, settings.size, 1)
    images, labels = examples(settings, shape, np.float32)
    models = {"keras.Model, softmax": plain(shape, 16, 64)}
    models |= {name: metric(shape, 64, make()) for name, make in LOSSES.items()}
    epochs = {
        name: lambda model=model: model.fit(
            images, labels, batch_size=settings.batch, shuffle=False, verbose=0
        )
        for name, model in models.items()
    }
    print(
        f"conv4 on {settings.size}x{settings.size}, batch {settings.batch}, "
        f"{settings.steps} steps an epoch, median of {settings.epochs - 1} epochs"
    )
    report(measure(epochs, settings))


def compare_augmentation(settings):
    size = settings.size
    images, labels = examples(settings, (size + size // 8, size + size // 8, 3), np.uint8)
    pipeline = augmentation.Pipeline(
        [
            augmentation.RandomCrop(size),
            augmentation.RandomFlip(),
            augmentation.RandomRotate(15),
            augmentation.ColorJitter(),
        ]
    )
    source = tf.data.Dataset.from_tensor_slices((images, labels))
    augmented = pipeline.dataset(source).batch(settings.batch).prefetch(tf.data.AUTOTUNE)
    ready = pipeline.batch(images)
    models = [metric((size, size, 3), 64, losses.TripletLoss()) for _ in range(2)]
    epochs = {
        "ready arrays": lambda: models[0].fit(
            ready, labels, batch_size=settings.batch, shuffle=False, verbose=0
        ),
        "Pipeline.dataset": lambda: models[1].fit(augmented, verbose=0),
        "Pipeline.dataset, no fit": lambda: list(augmented),
    }
    seconds = measure(epochs, settings)
    print("TripletLoss() on the same in colour, ready or augmented as they are read")
    report(seconds)
    for name, times in seconds.items():
        print(f"{name:26s} {len(images) / statistics.median(times):8.0f} images/s")


def examples(settings, shape, dtype):
    """An epoch of images of noise, and labels of 16 classes."""
    rng = np.random.default_rng(0)
    images = rng.random((settings.batch * settings.steps, *shape), dtype=np.float32)
    images = images if dtype == np.float32 else np.uint8(256 * images)
    return images, np.arange(len(images)) % 16


def measure(epochs, settings):
    """Seconds of each kind of epoch, in turn, without the first, which traces."""
    seconds = {name: [] for name in epochs}
    for _ in range(settings.epochs):
        for name, run in epochs.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    return {name: times[1:] for name, times in seconds.items()}


def report(seconds):
    """Prints the median of each, and of its ratio to the first."""
    base = next(iter(seconds.values()))
    for name, times in seconds.items():
        ratio = statistics.median(t / b for t, b in zip(times, base, strict=True))
        print(f"{name:26s} {1000 * statistics.median(times):8.0f} ms  x{ratio:.2f}")


if __name__ == "__main__":
    main()
