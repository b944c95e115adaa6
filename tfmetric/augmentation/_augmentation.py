"""What a pipeline and views share: images come in one by one, in batches, in datasets."""

from abc import ABC, abstractmethod

import numpy as np
import tensorflow as tf

from tfmetric._core._checks import check_count
from tfmetric.augmentation._dataset import augment_dataset
from tfmetric.augmentation._preview import draw_sheet, write_png
from tfmetric.augmentation._py_dataset import AugmentedPyDataset


class Augmentation(ABC):
    """What an image becomes under a key (epoch, index), and all that follows from it.

    A subclass gives `__call__`, `output_shape` and `output_dtype`.
    """

    @abstractmethod
    def __call__(self, image, key=(0, 0)):
        """Returns the array that `image` becomes; the same key gives the same draws."""

    @abstractmethod
    def output_shape(self, shape):
        """Shape of the result for an image of `shape`; None where it is not known."""

    @abstractmethod
    def output_dtype(self, dtype):
        """Type of the numbers of the result, for an image of `dtype`."""

    def batch(self, images, epoch=0, first=0):
        """Returns all `images` in one epoch, stacked.

        Args:
            images: the images, of one size or of many.
            epoch: whole number >= 0.
            first: index of the first image; the others count on from it.

        Raises:
            ValueError: no image, or results of different sizes.
        """
        results = [self(image, (epoch, first + k)) for k, image in enumerate(images)]
        return stack(results, "results")

    def dataset(self, dataset, epoch=0, num_parallel_calls=tf.data.AUTOTUNE):
        """Returns `dataset` with its images augmented as they are read.

        Every pass over the result is a new epoch with new draws: the first is `epoch`,
        the next `epoch + 1`, whether the passes come from `fit(epochs=…)` or from
        `.repeat()` on the result. The index counts the images of a pass, so over
        `dataset.repeat()`, whose one pass never ends, each repetition has new draws too.
        Shuffle before. Batch after, or before: single images of a known size are worked
        on several at a time anyway.

        Args:
            dataset: `tf.data.Dataset` of `image` or `(image, label, …)`, or of batches
                of them with images of shape (batch, height, width, channels).
            epoch: number of the first pass.
            num_parallel_calls: calls running at a time; changes nothing but speed. By
                default one for images of fewer than 128 x 128 pixels, in which threads
                mostly wait for Python's lock, and what `tf.data` finds best for others.

        Raises:
            ValueError: no `tf.data.Dataset`, or elements of another structure.
        """
        epoch = check_count(epoch, "epoch", least=0)
        return augment_dataset(self, dataset, epoch, num_parallel_calls)

    def py_dataset(self, dataset, epoch=0):
        """Returns a `keras.utils.PyDataset` with its images augmented as they are read.

        The index of an image is what it would be in one array of all batches. An epoch
        of `fit` is one of the result: the first is `epoch`. A dataset without an end has
        one epoch, in which the index counts on. The result has the workers of `dataset`;
        any number of them gives the same images. Read all batches of an epoch: with a
        smaller `steps_per_epoch` Keras reads ahead, and it is chance in which epoch.

        Args:
            dataset: `keras.utils.PyDataset` whose batches are images or
                (images, labels, …), all as large as the first but the last.
            epoch: number of the first epoch.

        Raises:
            ValueError: no `PyDataset`. When a batch is read: a batch of another
                structure, or larger than the first.
        """
        return AugmentedPyDataset(self, dataset, check_count(epoch, "epoch", least=0))

    def preview(self, image, path=None, count=15):
        """Returns a contact sheet: `image`, and what it becomes under `count` indices.

        Look at one before training: what you can no longer name, a network cannot
        learn. `image` is scaled to the size of the results, small results are enlarged by
        a whole factor, floats beyond 0..1 stretched to it. Where there are several views,
        each row is the image and its views.

        Args:
            image: one image, as for a call.
            path: file to write the sheet to, as PNG; None for none.
            count: how many indices, from 0.

        Returns:
            (height, width, 3) uint8 array.

        Raises:
            ValueError: `count` below 1.
            OSError: the file cannot be written.
        """
        check_count(count, "count")
        image = np.asarray(image)
        sheet = draw_sheet(image, [self(image, (0, index)) for index in range(count)])
        if path is not None:
            write_png(sheet, path)
        return sheet


def stack(images, name):
    """Stacks images of one shape and type, at least one; `name` is for the error."""
    found = {(image.shape, image.dtype) for image in images}
    if len(found) != 1:
        raise ValueError(
            f"Expected at least one image, and {name} of one size and type; end with a "
            f"crop or a resize to a fixed size. Received: {sorted(map(str, found))}"
        )
    return np.stack(images)
