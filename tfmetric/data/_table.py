"""Which image is an example of which class, from labels or from a table of classes."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from tfmetric._core._checks import as_labels, check_count
from tfmetric.data._labels import Groups, group


class Table(NamedTuple):
    """Examples, each the number of an image and its label."""

    items: np.ndarray  # (examples,) numbers of images
    labels: np.ndarray  # (examples,)
    groups: Groups  # of the examples, by label

    def mates(self, example):
        """The other examples of its class, from its place in the class onwards."""
        groups = self.groups
        own = groups.class_of[example]
        members = groups.members[groups.starts[own] :][: groups.counts[own]]
        return np.roll(members, -groups.rank[example])[1:]


def as_table(labels, images, smallest):
    """Examples of the classes that have at least `smallest`.

    Args:
        labels: a label for each image, or a mapping from class to numbers of images.
        images: how many images there are.
        smallest: whole number.

    Raises:
        ValueError: labels of another number, an image that is not there or in two
            places of the mapping, or no class that is large enough.
    """
    if isinstance(labels, Mapping):
        items, labels = _listed(labels, images)
    else:
        items, labels = np.arange(images), as_labels(labels, images, "labels")
    groups = group(labels)
    kept = (groups.counts >= check_count(smallest, "smallest"))[groups.class_of]
    if not kept.all():
        items, labels = items[kept], labels[kept]
        if len(items) == 0:
            raise ValueError(
                f"Expected a class of at least {smallest} images, which is `smallest`. "
                f"Received: {groups.counts.max()} images in the largest"
            )
        groups = group(labels)
    return Table(items, labels, groups)


def _listed(classes, images):
    """Numbers of images and their labels, class after class."""
    members = [_as_numbers(name, numbers) for name, numbers in classes.items()]
    items = np.concatenate([*members, np.zeros(0, np.int64)])
    outside = items[(items < 0) | (items >= images)]
    if len(outside):
        raise ValueError(
            f"Expected numbers of {images} images, from 0 to {images - 1}. "
            f"Received: {outside[0]}"
        )
    distinct, times = np.unique(items, return_counts=True)
    if len(distinct) < len(items):
        raise ValueError(
            "Expected each image at most once in the classes. "
            f"Received: image {distinct[times.argmax()]} {times.max()} times"
        )
    names = as_labels(list(classes), len(classes), "names of classes")
    return items, np.repeat(names, [len(each) for each in members])


def _as_numbers(name, numbers):
    array = np.asarray(numbers)
    if array.size == 0:
        return np.zeros(0, np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise ValueError(
            "Expected a list of numbers of images for each class. "
            f"Received: shape={array.shape}, dtype={array.dtype} for {name!r}"
        )
    return array.astype(np.int64)
