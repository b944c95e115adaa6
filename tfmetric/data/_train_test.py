"""The two sides of a set whose split is known."""

from typing import NamedTuple

from tfmetric.data._image_set import ImageSet
from tfmetric.data._splits import split_first_classes


class TrainTest(NamedTuple):
    """Images to train on and images to test on; labels mean the same in both."""

    train: ImageSet
    test: ImageSet


def by_first_classes(images):
    """The first half of the classes of an `ImageSet` to train on, the others to test."""
    train, test = split_first_classes(images.labels)
    return TrainTest(images.subset(train), images.subset(test))
