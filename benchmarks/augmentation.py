"""How many images a second does a pipeline give, beside Keras layers and albumentations?

Crop, flip, rotation (bilinear, mirrored borders) and colour jitter with the same settings,
in this order, on batches of 64 uint8 colour images in `tf.data`; batches of uint8 come out.
Each with as many parallel calls as `tf.data.AUTOTUNE` finds best.

- tfmetric: `Pipeline.dataset`.
- Keras: preprocessing layers. On batches `RandomCrop` cuts one window out of all images of
  a batch; where each image is to have its own, as with the others, layers go over single
  images, the second line.
- albumentations: a `numpy_function` that goes through a batch. The parallel calls share one
  `Compose`, so its draws depend on which call comes first; ours do not.

Runs in an environment of its own: `make augmentation` makes it.

Rounds of all are interleaved, the first one, which traces, is dropped. Prints the median of
images a second, and the median over the rounds of the ratio to ours of the same round.

Not compared: decoding of files, float images, GPUs, other operations.
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # asks a server otherwise

import albumentations
import cv2
import keras
import numpy as np
import tensorflow as tf

from tfmetric import augmentation

BATCH = 64
PIXELS, IMAGES = 2**24, 1024  # of a round, at least: what starts a pass must not count
ANGLE = 15
JITTER = 0.2


def ours(source, size):
    pipeline = augmentation.Pipeline(
        [
            augmentation.RandomCrop(size),
            augmentation.RandomFlip(),
            augmentation.RandomRotate(ANGLE),
            augmentation.ColorJitter(JITTER, JITTER, JITTER, JITTER),
        ]
    )
    return pipeline.dataset(source.batch(BATCH))


def _keras_layers(size):
    layers = [
        keras.layers.RandomCrop(size, size),
        keras.layers.RandomFlip("horizontal"),
        keras.layers.RandomRotation(ANGLE / 360, fill_mode="reflect"),
        keras.layers.RandomColorJitter((0, 255), JITTER, JITTER, JITTER, JITTER),
    ]

    def augment(images):
        for layer in layers:
            images = layer(images, training=True)
        return tf.cast(images, tf.uint8)

    return augment


def keras_on_batches(source, size):
    return source.batch(BATCH).map(_keras_layers(size), num_parallel_calls=tf.data.AUTOTUNE)


def keras_on_images(source, size):
    return source.map(_keras_layers(size), num_parallel_calls=tf.data.AUTOTUNE).batch(BATCH)


def of_albumentations(source, size):
    compose = albumentations.Compose(
        [
            albumentations.RandomCrop(size, size),
            albumentations.HorizontalFlip(p=0.5),
            albumentations.Rotate(ANGLE, border_mode=cv2.BORDER_REFLECT_101, p=1),
            albumentations.ColorJitter(
                (1 - JITTER, 1 + JITTER),
                (1 - JITTER, 1 + JITTER),
                (1 - JITTER, 1 + JITTER),
                (-JITTER, JITTER),
                p=1,
            ),
        ]
    )

    def call(images):
        return np.stack([compose(image=image)["image"] for image in images])

    def augment(images):
        images = tf.numpy_function(call, [images], tf.uint8)
        images.set_shape((None, size, size, 3))
        return images

    return source.batch(BATCH).map(augment, num_parallel_calls=tf.data.AUTOTUNE)


LIBRARIES = {
    "tfmetric": ours,
    "Keras, batches": keras_on_batches,
    "Keras, images": keras_on_images,
    "albumentations": of_albumentations,
}


def images_a_second(dataset):
    start = time.perf_counter()
    count = sum(len(batch) for batch in dataset.prefetch(2))
    return count / (time.perf_counter() - start)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[32, 96, 224])
    parser.add_argument("--rounds", type=int, default=5)
    settings = parser.parse_args()

    rng = np.random.default_rng(0)
    print(f"median of {settings.rounds} rounds")
    for size in settings.sizes:
        side = size + size // 8
        images = rng.integers(0, 256, (2 * BATCH, side, side, 3), np.uint8)
        source = tf.data.Dataset.from_tensor_slices(images)
        source = source.repeat(max(PIXELS // size**2, IMAGES) // len(images))
        datasets = {name: make(source, size) for name, make in LIBRARIES.items()}
        speeds = {name: [] for name in datasets}
        for _ in range(settings.rounds + 1):
            for name, dataset in datasets.items():
                speeds[name].append(images_a_second(dataset))
        for name, found in speeds.items():
            pairs = zip(speeds["tfmetric"][1:], found[1:], strict=True)
            ratio = statistics.median(mine / other for mine, other in pairs)
            print(
                f"{size:4d}x{size:<4d} {name:15s} {statistics.median(found[1:]):7.0f} "
                f"images/s   tfmetric x{ratio:.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
