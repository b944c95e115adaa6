"""The image sets that Keras downloads, split for metric learning."""

import contextlib
import os
import socket
from pathlib import Path

import keras
import numpy as np

from tfmetric._core._checks import check_choice, check_flag
from tfmetric.data._arrays import as_image_set
from tfmetric.data._train_test import TrainTest, by_first_classes

_PATIENCE = 60  # seconds without a byte until a download is given up
_CLASSES = {
    "cifar10": (
        *("airplane", "automobile", "bird", "cat", "deer"),
        *("dog", "frog", "horse", "ship", "truck"),
    ),
    "cifar100": tuple(map(str, range(100))),
    "fashion_mnist": (
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
    "mnist": tuple("0123456789"),
}
_FILES = {  # as Keras calls them, in the folder datasets of its own
    "cifar10": "cifar-10-batches-py-target_archive, which is cifar-10-python.tar.gz",
    "cifar100": "cifar-100-python-target_archive, which is cifar-100-python.tar.gz",
    "fashion_mnist": "fashion-mnist/*-ubyte.gz, four files",
    "mnist": "mnist.npz",
}


def load_keras(name, unseen_classes=True):
    """Loads an image set of Keras, split by class for metric learning.

    Choose it for quick experiments at a known difficulty. The first half of the classes,
    in the order of their numbers, is for training, the other for the test, each with all
    of its images; `unseen_classes=False` gives the parts that the set comes with.

    Args:
        name: "mnist" or "fashion_mnist", 70,000 gray images of 28x28 in 10 classes;
            "cifar10" or "cifar100", 60,000 colour images of 32x32 in 10 or 100.
        unseen_classes: True to test on classes that are not trained on; False for all
            classes on both sides.

    Returns:
        `TrainTest` of two `ImageSet`s. The classes of CIFAR-100 are called by numbers.

    Raises:
        ValueError: another name.
        OSError: the set is neither on this machine nor can it be downloaded; the text
            says which file to put where. A server that is silent for a minute counts as
            not to be reached.

    Cost: a download of 11 to 170 MB, once; then 55 to 184 MB of memory, twice that while
        it is split.
    """
    check_choice(name, _CLASSES, "name")
    check_flag(unseen_classes, "unseen_classes")
    parts = [as_image_set(images, labels, _CLASSES[name]) for images, labels in _load(name)]
    if not unseen_classes:
        return TrainTest(*parts)
    images = np.concatenate([part.images for part in parts])
    labels = np.concatenate([part.labels for part in parts])
    return by_first_classes(as_image_set(images, labels, _CLASSES[name]))


def _load(name):
    try:
        with _impatient():
            return getattr(keras.datasets, name).load_data()
    except Exception as error:  # Keras makes an Exception of what a server answers
        home = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser()
        raise OSError(
            f"Expected to find or to download the data of {name!r}. Without a network put "
            f"into {str(home / 'datasets')!r}: {_FILES[name]}. Received: {error}"
        ) from error


@contextlib.contextmanager
def _impatient():
    """Bounds how long a socket waits, where nobody has done so."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_PATIENCE if before is None else before)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
