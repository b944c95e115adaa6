"""From labelled images to a trained network: splits, batches, the fit itself."""

import contextlib
import sys
from dataclasses import dataclass

import keras
import numpy as np

from tfmetric.augmentation import ColorJitter, Pipeline, RandomAffine, RandomFlip
from tfmetric.cli._reports import scorable
from tfmetric.data import balanced_batches, split_classes, split_examples
from tfmetric.encoders import conv4
from tfmetric.evaluation import RetrievalCallback
from tfmetric.losses import TripletLoss
from tfmetric.models import HashingNetwork, JointNetwork

_ENOUGH_CLASSES = 5  # three to train on and two to keep unseen
_FEWEST_BATCHES = 20  # in an epoch, so that an epoch is some work on small folders too

_WATCHED = 1000
_HEAD_STEPS = 400
_HEAD_PER_CLASS = 8


@dataclass(frozen=True)
class Test:
    """Images that were not trained on, and where each is searched for.

    Attributes:
        name: short name.
        text: a sentence on which images are searched for among which.
        queries: places of the images.
        gallery: places of the images to search, or None for the other queries.
    """

    name: str
    text: str
    queries: np.ndarray
    gallery: np.ndarray | None


@dataclass(frozen=True)
class Split:
    """Places of the images for training and for the two tests.

    Attributes:
        training: images to train on.
        held_out: other images of the same classes.
        unseen: all images of other classes; empty where there are too few classes.
    """

    training: np.ndarray
    held_out: np.ndarray
    unseen: np.ndarray

    def tests(self, labels):
        """Held-out images among those trained on; unseen classes, if any, by themselves."""
        text = (
            f"{len(self.held_out)} images that were not trained on, each searched for "
            f"among the {len(self.training)} images that were"
        )
        found = [Test("trained classes", text, self.held_out, self.training)]
        if len(self.unseen):
            classes = len(set(labels[self.unseen]))
            text = (
                f"{len(self.unseen)} images of {classes} classes that were not trained on, "
                "each searched for among the others"
            )
            found.append(Test("unseen classes", text, self.unseen, None))
        return found


def split_images(labels, held_out, unseen, seed):
    """Keeps a share of each class and, of five or more, a share of the classes.

    At least two classes of two images or more are kept unseen, or none.

    Raises:
        ValueError: fewer than two classes left to train on, or no class of two images.
    """
    strangers = _unseen_classes(labels, unseen, seed)
    known, others = np.arange(len(labels)), np.empty(0, np.int64)
    if len(strangers):
        known, others = split_classes(labels, strangers)
    classes = len(np.unique(labels[known]))
    if classes < 2:
        raise ValueError(
            f"Expected images of at least two classes to train on. Received: {classes}"
        )
    training, kept = split_examples(labels[known], held_out, seed)
    return Split(known[training], known[kept], others)


def _unseen_classes(labels, share, seed):
    """Labels of the classes to keep unseen."""
    classes, counts = np.unique(labels, return_counts=True)
    searchable = classes[counts > 1]
    if share == 0 or len(classes) < _ENOUGH_CLASSES or len(searchable) < 2:
        return []
    number = min(max(2, round(share * len(classes))), len(classes) - 3)
    return np.random.default_rng(seed).permutation(searchable)[:number].tolist()


def build_network(image_shape, embedding_dim, bits, steps, seed):
    """An untrained `JointNetwork` on Conv-4, the same for the same seed.

    Semi-hard triplets and a rate that falls to zero over `steps` serve small folders
    well, the codes most of all.
    """
    keras.utils.set_random_seed(seed)
    network = JointNetwork(conv4(image_shape), embedding_dim, bits)
    network.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(1e-3, steps)),
        loss={"embedding": TripletLoss(margin=1.0, strategy="semihard")},
    )
    return network


def make_batches(images, classes_per_batch, per_class, flip, seed):
    """Balanced batches of changed images: moved, turned, jittered, maybe mirrored."""
    operations = [
        RandomAffine(angle=10, translate=0.125),
        ColorJitter(hue=0.02),
        *([RandomFlip()] if flip else []),
    ]
    classes = min(classes_per_batch, len(np.unique(images.labels)))
    return balanced_batches(
        images.images,
        images.labels,
        classes,
        per_class,
        batches=max(_FEWEST_BATCHES, -(-len(images) // (classes * per_class))),
        augment=Pipeline(operations, seed),
        seed=seed,
    )


def watch(images, split, epochs):
    """Callbacks that score images that are kept out, some ten times in a training.

    A thousand images of either test at most; none where they are too few to score.
    """
    sets = {}
    for name, places in (("held_out", split.held_out), ("unseen", split.unseen)):
        places = np.random.default_rng(0).permutation(places)[:_WATCHED]
        if scorable(images.labels[places]):
            sets[name] = images.images[places], images.labels[places]
    if not sets:
        return []
    every = max(1, epochs // 10)
    if "held_out" not in sets:  # of classes of few images one each, say
        return [RetrievalCallback(*sets["unseen"], prefix="val_unseen_", every=every)]
    return [RetrievalCallback(*sets.pop("held_out"), other_sets=sets, every=every)]


def fit(network, batches, epochs, callbacks=()):
    """Trains with Keras' progress on stderr: a bar on a terminal, else a line an epoch."""
    verbose = 1 if sys.stderr.isatty() else 2
    with contextlib.redirect_stdout(sys.stderr):
        return network.fit(
            batches, epochs=epochs, verbose=verbose, callbacks=list(callbacks)
        )


def train_head(embeddings, labels, bits, classes_per_batch, seed):
    """A `HashingNetwork` from finished embeddings to codes, the same for the same seed.

    It learns what the head of a `JointNetwork` does, in seconds, and the embedding stays
    the same for codes of all lengths.
    """
    keras.utils.set_random_seed(seed)
    layers = [keras.Input(embeddings.shape[1:]), keras.layers.Identity()]
    head = HashingNetwork(keras.Sequential(layers), bits)
    rate = keras.optimizers.schedules.CosineDecay(1e-2, _HEAD_STEPS)
    head.compile(keras.optimizers.Adam(rate))
    classes = min(classes_per_batch, len(np.unique(labels)))
    batches = balanced_batches(
        embeddings, labels, classes, _HEAD_PER_CLASS, batches=_HEAD_STEPS, seed=seed
    )
    head.fit(batches, verbose=0)
    return head
