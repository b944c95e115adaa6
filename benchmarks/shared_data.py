"""The data sets of the benchmarks and slow tests, read from one folder.

Each function takes the folder, or reads it from the variable TFMETRIC_DATA. None of these
files belongs to tfmetric; report the source of a set with any number measured on it.
"""

import importlib.util
import os
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from tfmetric.data import ImageSet, TrainTest, load_arrays, load_csv_pairs

PARTS = ("train", "dev", "test")  # of the sentence pairs


class Omniglot(NamedTuple):
    """Handwritten characters, and the one-shot trials of their authors."""

    drawings: ImageSet
    alphabets: np.ndarray  # (drawings,) number of the alphabet
    drawers: np.ndarray  # (drawings,) number of the person
    is_eval: np.ndarray  # (drawings,) bool, of alphabets that nothing is trained on
    support: np.ndarray  # (trials, 20) drawings, one of each character
    query: np.ndarray  # (trials, 20) drawings to find among them
    answer: np.ndarray  # (trials, 20) which of `support` each query is


class Emoji(NamedTuple):
    """Emoji, each drawn twice by different artists."""

    google: np.ndarray  # (emoji, 64, 64, 3) uint8
    twitter: np.ndarray  # (emoji, 64, 64, 3) uint8
    names: np.ndarray  # (emoji,) text
    categories: np.ndarray  # (emoji,) text


def file(name, folder=None):
    """Path of a file of the folder.

    Raises:
        FileNotFoundError: no folder given, or the file is not in it.
    """
    folder = os.environ.get("TFMETRIC_DATA") if folder is None else folder
    if folder is None or not (Path(folder) / name).is_file():
        raise FileNotFoundError(
            f"Expected {name} in a folder given or named by TFMETRIC_DATA. "
            f"Received: {folder}"
        )
    return Path(folder) / name


def omniglot(folder=None):
    """32,460 drawings, 28x28, of 1,623 characters: `Omniglot`. Lake and others, MIT."""
    path = file("omniglot28.npz", folder)
    drawings = load_arrays(path, "images", "label", "char_names")
    with np.load(path) as pack:
        return Omniglot(
            drawings,
            pack["alphabet"],
            pack["drawer"],
            pack["is_eval"].astype(bool),
            *(pack[f"oneshot_{part}"] for part in ("support", "query", "answer")),
        )


def fashion_mnist(folder=None):
    """60,000 and 10,000 pieces of clothing, 28x28: `TrainTest`. Zalando, MIT."""
    path = file("fashion_mnist.npz", folder)
    parts = ("train", "test")
    return TrainTest(*(load_arrays(path, f"x_{p}", f"y_{p}", "class_names") for p in parts))


def cifar10(folder=None):
    """50,000 and 10,000 colour images, 32x32: `TrainTest`. Krizhevsky.

    They were re-encoded as JPEG, so they are not bit for bit the original ones: say so.
    """
    with np.load(file("cifar10_jpegpack.npz", folder)) as pack:
        return TrainTest(*(_unpacked(pack, part) for part in ("train", "test")))


def _unpacked(pack, part):
    jpeg, offsets = pack[f"jpeg_{part}"], pack[f"offset_{part}"]
    images = [
        cv2.imdecode(jpeg[start:stop], cv2.IMREAD_COLOR_RGB)
        for start, stop in zip(offsets, offsets[1:], strict=False)
    ]
    labels = pack[f"label_{part}"].astype(np.int64)
    return ImageSet(np.stack(images), labels, tuple(pack["class_names"].tolist()))


def olivetti(folder=None):
    """400 faces of 40 people, 64x64: `ImageSet`. AT&T Laboratories Cambridge."""
    return load_arrays(file("olivetti64.npz", folder), "x", "y")


def pneumonia(folder=None):
    """Chest X-rays 28x28, healthy and ill: dict of "train", "val", "test" `ImageSet`s.

    MedMNIST, CC BY 4.0; the train part is not the official one.
    """
    path = file("pneumoniamnist_partial.npz", folder)
    parts = ("train", "val", "test")
    return {p: load_arrays(path, f"{p}_images", f"{p}_labels") for p in parts}


def emoji(folder=None):
    """1,911 `Emoji`. Google's are Apache-2.0 and OFL, Twitter's CC-BY 4.0."""
    with np.load(file("emoji_google_twitter64.npz", folder)) as pack:
        names = ("google", "twitter", "name", "category")
        return Emoji(*(pack[name] for name in names))


def fraud(folder=None):
    """1,754,155 simulated card transactions, 0.84 % fraud: dict of columns.

    From the simulator of the Fraud Detection Handbook; no real persons.
    """
    with np.load(file("fraud_handbook_sim.npz", folder)) as pack:
        return {name: pack[name] for name in pack}


def english_sentences(part, folder=None, threshold=4.0):
    """STS Benchmark, similarity 0 to 5: `ItemPairs` of "train", "dev" or "test"."""
    path = file(f"text/stsb_sts-{part}.csv", folder)
    settings = {"threshold": threshold, "delimiter": "\t", "quotes": False}
    return load_csv_pairs(path, 5, 6, 4, **settings)


def chinese_sentences(part, folder=None, threshold=4.0):
    """Its Chinese translation: `ItemPairs` of "train", "dev" or "test".

    Fields are separated by two bars, so that every second one is empty.
    """
    path = file(f"text/cn_stsb_{part}.txt", folder)
    settings = {"threshold": threshold, "delimiter": "|", "quotes": False}
    return load_csv_pairs(path, 2, 4, 6, **settings)


def efficientnet_lite0(image_size, folder=None):
    """Keras model of (pixels - 127) / 128 to 1,280 ImageNet features. Apache-2.0."""
    path = file("efficientnet_lite0.py", folder)
    file("efficientnet_lite0_keras.weights.h5", folder)
    spec = importlib.util.spec_from_file_location("efficientnet_lite0", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.build(image_size)
