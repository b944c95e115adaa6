"""Labelled images, in memory or in their files."""

from dataclasses import dataclass, replace

import numpy as np

from tfmetric.data._image_files import ImageFiles


@dataclass(frozen=True, eq=False, repr=False)
class ImageSet:
    """Images with a class each, and where they came from.

    Args:
        images: (items, height, width, channels) uint8, values 0..255, or `ImageFiles`.
        labels: (items,) int64, each the place of its class in `class_names`.
        class_names: name of each class.
        paths: file of each image; empty if the images are not from files.
        skipped: (path, reason) of each file that was left out on loading.

    Raises:
        ValueError: shapes or types that do not agree.

    >>> images = np.zeros((3, 8, 8, 1), np.uint8)
    >>> digits = ImageSet(images, np.array([0, 1, 1]), ("zero", "one"))
    >>> digits
    ImageSet(3 images of 8x8x1, 2 classes, 0 skipped)
    >>> digits.subset([2, 0]).labels
    array([1, 0])
    """

    images: np.ndarray | ImageFiles
    labels: np.ndarray
    class_names: tuple[str, ...]
    paths: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()

    def __post_init__(self):
        if not isinstance(self.images, ImageFiles):
            _check_images(np.asarray(self.images))
        labels = np.asarray(self.labels)
        if labels.shape != (len(self),) or labels.dtype != np.int64:
            raise ValueError(
                f"Expected labels as int64, one for each of {len(self)} images. "
                f"Received: shape={labels.shape}, dtype={labels.dtype}"
            )
        unknown = labels[(labels < 0) | (labels >= len(self.class_names))]
        if unknown.size:
            raise ValueError(
                "Expected each label to be a place in class_names, "
                f"0 to {len(self.class_names) - 1}. Received: {unknown[0]}"
            )
        if self.paths and len(self.paths) != len(self):
            raise ValueError(
                f"Expected a path for each of {len(self)} images, or none at all. "
                f"Received: {len(self.paths)} paths"
            )

    def __len__(self):
        return len(self.images)

    def __repr__(self):
        if isinstance(self.images, ImageFiles):
            images = f"files of {self.images.layout}"
        else:
            images = "images of " + "x".join(map(str, self.images.shape[1:]))
        return (
            f"ImageSet({len(self)} {images}, {len(self.class_names)} classes, "
            f"{len(self.skipped)} skipped)"
        )

    def subset(self, indices):
        """Returns the images at `indices` (numbers, a slice or a mask) as an ImageSet.

        Class names keep their places, so that labels mean the same in every subset.
        """
        chosen = np.atleast_1d(np.arange(len(self))[indices])
        return replace(
            self,
            images=self.images[chosen],
            labels=self.labels[chosen],
            paths=tuple(self.paths[i] for i in chosen) if self.paths else (),
        )


def _check_images(images):
    if images.ndim != 4 or images.dtype != np.uint8:
        raise ValueError(
            "Expected images as uint8 (items, height, width, channels). "
            f"Received: shape={images.shape}, dtype={images.dtype}"
        )
