"""Images and labels that are arrays already, in a file or in memory."""

import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

from tfmetric._core._checks import as_labels
from tfmetric.data._image_set import ImageSet


def load_arrays(source, images="images", labels="labels", class_names=None):
    """Makes an `ImageSet` of arrays, from a `.npz` file or as they are.

    Choose it for what `numpy.savez` wrote, or to number the classes of arrays at hand.
    Nothing in the file is run: arrays of Python objects, which NumPy would unpickle, are
    refused. Only the named arrays are read.

    Args:
        source: path of a `.npz` file, or a mapping from names to arrays.
        images: name of the images, uint8 (items, height, width) for gray ones or (items,
            height, width, channels), values 0..255.
        labels: name of the labels, (items,) or (items, 1) whole numbers or text.
        class_names: name of the class names, of which each label is the place; None if
            the distinct labels, sorted, are the classes.

    Returns:
        `ImageSet`.

    Raises:
        ValueError: no such file, damaged or not `.npz`; no array of that name; an array
            of Python objects; types or shapes that do not agree.

    Cost: the named arrays are in memory.

    >>> pixels = np.zeros((3, 8, 8), np.uint8)
    >>> animals = load_arrays({"x": pixels, "y": ["owl", "cat", "owl"]}, "x", "y")
    >>> animals
    ImageSet(3 images of 8x8x1, 2 classes, 0 skipped)
    >>> animals.class_names, animals.labels
    (('cat', 'owl'), array([1, 0, 1]))
    """
    wanted = [images, labels] + ([] if class_names is None else [class_names])
    if isinstance(source, str | os.PathLike):
        found = _read(Path(source), wanted)
    else:
        found = _chosen(source, wanted, "the mapping")
    return as_image_set(*found)


def as_image_set(images, labels, class_names=None):
    """An `ImageSet` of arrays: gray images get a channel, classes numbers and names."""
    if images.ndim == 3:
        images = images[..., np.newaxis]
    labels = as_labels(labels, None, "labels")
    if labels.dtype.kind not in "iuU":
        raise ValueError(
            f"Expected labels as whole numbers or text. Received: dtype={labels.dtype}"
        )
    if class_names is None:
        class_names, labels = np.unique(labels, return_inverse=True)
    elif labels.dtype.kind == "U":
        raise ValueError(
            "Expected labels to be places in class_names; labels that are names need no "
            f"class_names. Received: labels such as {labels[:1].tolist()}"
        )
    return ImageSet(images, labels.astype(np.int64), tuple(map(str, class_names)))


def _read(path, names):
    if not path.is_file():
        raise ValueError(f"Expected the path of a .npz file. Received: {str(path)!r}")
    try:
        with path.open("rb") as stream:  # NumPy leaves a damaged file open
            file = np.load(stream, allow_pickle=False)
            if not isinstance(file, np.lib.npyio.NpzFile):
                raise ValueError("one array, as numpy.save writes it")
            return _chosen(file, names, repr(str(path)))
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(
            "Expected a .npz file of numbers and text, as numpy.savez writes it. "
            f"Received: {str(path)!r} ({error})"
        ) from error


def _chosen(arrays, names, where):
    unnamed = [name for name in names if not isinstance(name, str)]
    if unnamed:
        raise ValueError(
            f"Expected the name of an array in {where}. Received: {unnamed[0]!r}"
        )
    missing = [name for name in names if name not in arrays]
    if missing:
        raise ValueError(
            f"Expected an array {missing[0]!r} in {where}. "
            f"Received: {', '.join(map(repr, arrays)) or 'none'}"
        )
    found = [np.asarray(arrays[name]) for name in names]
    for name, array in zip(names, found, strict=True):
        if array.dtype.hasobject:
            raise ValueError(
                f"Expected {name!r} as numbers or text, such as array.astype(str). "
                "Received: an array of Python objects"
            )
    return found
