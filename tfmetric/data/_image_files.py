"""Image files as a sequence that decodes an image when it is asked for."""

import os
from numbers import Integral

import numpy as np

from tfmetric._core._checks import as_size, check_choice
from tfmetric.data._image_file import read_image


class ImageFiles:
    """Images that stay in their files until they are used.

    Choose it where the images do not fit into memory: `balanced_batches` and
    `hierarchical_batches` decode from it what a batch needs, many batches at a time.

    `files[3]` decodes one image; a slice, a mask or an array of numbers gives an
    `ImageFiles` of these, and `numpy.asarray(files[:100])` decodes a part as one array.

    Args:
        paths: of image files, as `read_image` takes them. They are not looked at here;
            `open_folder` checks the files of a folder.
        image_size: (height, width) or one number for a square, to which each image is
            resized, whatever its proportions; None keeps the sizes, for an augmentation
            that crops to one.
        channels: 3 for colour or 1 for gray.

    Raises:
        ValueError: one path alone, or a bad `image_size` or `channels`.
        UnreadableImageError: on `files[3]`, if that file cannot be read; names it.

    Cost: memory for the paths alone; decoding an image takes about 0.05 ms more than
        OpenCV's `imread` and `resize`, to look at its header first.

    >>> files = ImageFiles(["cat/1.jpg", "cat/2.jpg", "owl/1.jpg"], image_size=64)
    >>> len(files), files[1:].paths
    (3, ('cat/2.jpg', 'owl/1.jpg'))
    """

    def __init__(self, paths, image_size=None, channels=3):
        if isinstance(paths, str | bytes | os.PathLike):
            raise ValueError(f"Expected paths as a list of them. Received: {paths!r}")
        self.paths = tuple(os.fsdecode(path) for path in paths)
        self.image_size = None if image_size is None else as_size(image_size, "image_size")
        self.channels = check_choice(channels, (1, 3), "channels")

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        if isinstance(index, Integral) and not isinstance(index, bool):
            return read_image(self.paths[index], self.image_size, self.channels)
        chosen = np.atleast_1d(np.arange(len(self))[index])
        paths = [self.paths[place] for place in chosen]
        return ImageFiles(paths, self.image_size, self.channels)

    def __repr__(self):
        return f"ImageFiles({len(self)} files, {self.layout})"

    @property
    def layout(self):
        """Size and channels of the images, as text."""
        size = self.image_size or ("height", "width")
        return "x".join(map(str, (*size, self.channels)))
