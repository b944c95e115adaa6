"""Do triplets learn more from near negatives than from random ones?

`TripletNetwork` on drawings of Omniglot characters, with `HardTriplets` that draws the
negatives at random, or from the k nearest after two random epochs; measured on characters
of other alphabets by recall@1 and MAP@R. Beside it `EmbeddingNetwork` with semi-hard
triplets of balanced batches: as many images a step and as many steps. Optimizer, seed and
encoder are the same; margins are the defaults of each. One seed, so differences of a few
points mean nothing.

Not compared: other libraries, sets too large for an exact search.
"""

import argparse
import time

import keras
import numpy as np
import shared_data

from tfmetric import encoders, losses, models
from tfmetric.data import balanced_batches
from tfmetric.metrics import rank_scores
from tfmetric.retrieval import HardTriplets

TRIPLETS, EMBEDDING_DIM = 64, 64
PER_CLASS = 4


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="folder with omniglot28.npz")
    parser.add_argument("--characters", type=int, default=150)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--nearest", type=int, nargs="*", default=[10, 30, 100, 300])
    settings = parser.parse_args()
    drawings, _, _, is_eval, *_ = shared_data.omniglot(settings.data)
    images, labels = some(drawings, ~is_eval, settings.characters)
    unseen = some(drawings, is_eval, 100)
    print(f"{len(images):,} drawings, {settings.epochs} epochs, {len(unseen[0]):,} unseen")
    for k in (None, *settings.nearest):
        random_epochs = settings.epochs if k is None else 2
        encoder = keras.Sequential([conv4(), keras.layers.Dense(EMBEDDING_DIM)])
        model = models.TripletNetwork(encoder)
        model.compile(keras.optimizers.Adam(1e-3))
        batches = HardTriplets(
            model, images, labels, batch_size=TRIPLETS, random_epochs=random_epochs, k=k
        )
        name = "random" if k is None else f"{k} nearest"
        report(name, model, batches, settings.epochs, unseen)
    steps = len(batches) * settings.epochs
    classes = 3 * TRIPLETS // PER_CLASS
    batches = balanced_batches(images, labels, classes, PER_CLASS, batches=steps)
    model = models.EmbeddingNetwork(conv4(), EMBEDDING_DIM)
    model.compile(keras.optimizers.Adam(1e-3), losses.TripletLoss(strategy="semihard"))
    report("semi-hard in batches", model, batches, 1, unseen)


def conv4():
    keras.utils.set_random_seed(0)
    return encoders.conv4((28, 28, 1))


def some(drawings, chosen, characters):
    """Drawings of as many characters as wanted, among those chosen."""
    names = np.random.default_rng(0).permutation(np.unique(drawings.labels[chosen]))
    kept = np.isin(drawings.labels, names[:characters])
    return drawings.images[kept], drawings.labels[kept]


def report(name, model, batches, epochs, unseen):
    begin = time.perf_counter()
    model.fit(batches, epochs=epochs, verbose=0)
    taken = time.perf_counter() - begin
    images, labels = unseen
    scores = rank_scores(model.embed(images, batch_size=256), labels)
    print(
        f"{name}: recall@1 {scores.precision_at_1:.3f}, MAP@R {scores.map_at_r:.3f}, "
        f"{taken:.0f} s",
        flush=True,
    )


if __name__ == "__main__":
    main()
