"""The images of a batch: gathered from an array or decoded, augmented, stacked."""

import threading
import warnings
from collections.abc import Mapping

import numpy as np

from tfmetric.data._image_file import UnreadableImageError

_ATTEMPTS = 16  # a disk that is gone should not be asked for a million files


class Loader:
    """Makes the images of a batch from the places of its examples in a table.

    Args:
        images: what `as_images` gives.
        table: `Table`.
        augment: callable `augment(image, key)` or None.
    """

    def __init__(self, images, table, augment):
        self._images, self._table, self._augment = images, table, augment
        self._is_array = isinstance(images, np.ndarray)
        is_in_memory = self._is_array and not isinstance(images, np.memmap)
        self._is_checked = is_in_memory and augment is None
        self._unreadable, self._lock = set(), threading.Lock()
        (self.sample,) = self._results(np.zeros(1, np.int64), slice(None), (0, 0))
        if self.sample.dtype.kind not in "fiub":
            raise ValueError(
                f"Expected images as numbers. Received: dtype={self.sample.dtype}"
            )

    def __call__(self, row, own, epoch, first):
        """The images that are `own` of a batch.

        Args:
            row: (batch,) places in the table.
            own: slice of the row.
            epoch, first: key of the first of them, for `augment`.
        """
        if self._is_array and self._augment is None:
            batch = self._images[self._table.items[row[own]]]
        else:
            batch = self._stacked(self._results(row.copy(), own, (int(epoch), int(first))))
        if not self._is_checked and not _is_finite(batch):
            items = self._table.items[row[own]].tolist()
            raise ValueError(
                f"Expected images to be finite. Received: NaN or infinity among {items}"
            )
        return batch

    def _results(self, row, own, key):
        epoch, first = key
        picked = [self._pick(row, place) for place in range(len(row))[own]]
        if self._augment is not None:
            keyed = enumerate(picked, start=first)
            picked = [self._augment(image, (epoch, place)) for place, image in keyed]
        return [np.asarray(result) for result in picked]

    def _pick(self, row, place):
        """The image of `row[place]`; one that cannot be read gives way, in `row` too."""
        items = self._table.items
        try:
            return self._images[int(items[row[place]])]
        except UnreadableImageError as error:
            self._warn(int(items[row[place]]), error)
            first = error
        mates = self._table.mates(row[place])
        known = np.isin(mates, row)
        tried = np.concatenate([mates[~known], mates[known]])[:_ATTEMPTS]
        for mate in tried:
            try:
                image = self._images[int(items[mate])]
            except UnreadableImageError as error:
                self._warn(int(items[mate]), error)
            else:
                row[place] = mate
                return image
        raise UnreadableImageError(
            f"Expected an image of class {self._table.labels[row[place]]} that can be "
            f"read. Received: {1 + len(tried)} that cannot; the first: {first}"
        )

    def _warn(self, item, error):
        with self._lock:
            if item in self._unreadable:
                return
            self._unreadable.add(item)
            count = len(self._unreadable)
        warnings.warn(
            f"{error}. Another image of its class takes its place in batches; "
            f"that makes {count} which cannot be read",
            RuntimeWarning,
            stacklevel=1,
        )

    def _stacked(self, results):
        kinds = {(result.shape, str(result.dtype)) for result in results}
        if kinds != {(self.sample.shape, str(self.sample.dtype))}:
            raise ValueError(
                "Expected images of one size and type; let augment crop or resize them. "
                f"Received: {sorted(kinds)}, first {self.sample.shape}"
            )
        return np.stack(results)


def as_images(images):
    """An array of numbers, or a sequence that gives an image by its number."""
    if _is_sequence(images):
        if len(images) == 0:
            raise ValueError("Expected at least one image. Received: none")
        return images
    given = type(images).__name__
    if not isinstance(images, np.memmap):
        images = np.asarray(images)
    if images.ndim == 0 or images.size == 0 or images.dtype.kind not in "fiub":
        raise ValueError(
            "Expected images as numbers of shape (items, …), at least one; of texts take "
            "their numbers, numpy.arange(len(texts)). "
            f"Received: {given}, shape={images.shape}, dtype={images.dtype}"
        )
    if not isinstance(images, np.memmap) and not _is_finite(images):
        raise ValueError("Expected images to be finite. Received: NaN or infinity")
    images = images.view()
    images.flags.writeable = False  # for an augmentation that would change its argument
    return images


def _is_sequence(images):
    """Whether images are got one by one: from an object of its own, or of many sizes."""
    if isinstance(images, list | tuple):
        return len({np.shape(image) for image in images}) > 1
    is_other = hasattr(images, "__array__") or isinstance(images, Mapping)
    return not is_other and hasattr(images, "__len__") and hasattr(images, "__getitem__")


def _is_finite(images):
    if images.dtype.kind != "f":
        return True
    return np.isfinite([images.min(), images.max()]).all()  # min and max keep NaN
