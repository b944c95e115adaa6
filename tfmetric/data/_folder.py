"""Image folders: one folder a class."""

import errno
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tfmetric._core._checks import as_size, check_choice
from tfmetric.data._image_file import check_image, read_image
from tfmetric.data._image_files import ImageFiles
from tfmetric.data._image_set import ImageSet


def load_folder(path, image_size=(64, 64), channels=3, progress=None):
    """Loads the images of a folder that has one folder for each class.

    Choose it where the images fit into memory, and `open_folder` where they do not.

    Classes are the folders directly inside `path`, in the order of their names; images
    are all files inside them, however deep, in the order of their paths. The order is
    the same on every machine. What has a name that begins with a dot is ignored.
    Whatever else cannot be used is left out and listed with the reason in `skipped`: a
    file that `read_image` refuses, a file in no class folder, a link that leaves `path`,
    a link to a folder, a folder that may not be listed. Pipes, sockets and devices are
    among them and never opened. A class folder without images keeps its place in
    `class_names`.

    Args:
        path: the folder.
        image_size: (height, width) or one number for a square; all images are resized to
            it, whatever their proportions.
        channels: 3 for colour or 1 for gray.
        progress: callable that wraps the list of paths while they are read, such as
            `tqdm.tqdm` or `rich.progress.track`.

    Returns:
        `ImageSet` of (items, height, width, channels).

    Raises:
        ValueError: no such folder, no class folder in it, or no image that can be read.

    Cost: all images are in memory, height · width · channels bytes each.
    """
    size = as_size(image_size, "image_size")
    check_choice(channels, (1, 3), "channels")
    found = _find(path, lambda file: read_image(file, size, channels), progress)
    return _image_set(np.stack(found.results), found)


def open_folder(path, image_size=(64, 64), channels=3, progress=None):
    """Opens a folder that has one folder for each class; its images stay in their files.

    Choose it where the images do not fit into memory. Classes, order and what is left
    out are those of `load_folder`, with one difference: here only the header of each
    file is read. A file that has a good header and is damaged behind it is found when it
    is decoded; `balanced_batches` then warns and takes another image of its class.

    Args:
        path: the folder.
        image_size: (height, width) or one number for a square, to which images are
            resized when they are decoded; None keeps their sizes, for an augmentation
            that crops to one.
        channels: 3 for colour or 1 for gray.
        progress: callable that wraps the list of paths while their headers are read.

    Returns:
        `ImageSet` whose `images` are `ImageFiles`.

    Raises:
        ValueError: no such folder, no class folder in it, or no image in these.

    Cost: reads a few hundred bytes of each file, a minute for a million that a local disk
        has at hand; memory for the paths alone.

    >>> import tempfile
    >>> from tfmetric.data import balanced_batches
    >>> root = Path(tempfile.mkdtemp())
    >>> for name in ("cat", "owl"):
    ...     (root / name).mkdir()
    ...     _ = (root / name / "1.ppm").write_bytes(b"P6 1 1 255 rgb")
    >>> animals = open_folder(root, image_size=8)
    >>> animals
    ImageSet(2 files of 8x8x3, 2 classes, 0 skipped)
    >>> batches = balanced_batches(animals.images, animals.labels, classes=2, per_class=4)
    >>> batches.element_spec[0].shape
    TensorShape([8, 8, 8, 3])
    """
    ImageFiles([], image_size, channels)  # refuses settings before a million files are read
    found = _find(path, check_image, progress)
    return _image_set(ImageFiles(found.paths, image_size, channels), found)


class _Found(NamedTuple):
    results: list  # what `use` gave for each file that it accepted
    labels: list
    class_names: tuple
    paths: list
    skipped: list


def _find(path, use, progress):
    """Calls `use` with each file of a class; what raises a ValueError is skipped."""
    root = Path(path)
    class_names = _class_names(root)
    numbers = {name: number for number, name in enumerate(class_names)}
    files, closed = _files(root)
    found = _Found([], [], class_names, [], closed)
    for file in files if progress is None else progress(files):
        try:
            label = _label(file, root, numbers)
            result = use(file)
        except ValueError as error:
            found.skipped.append((str(file), str(error)))
        else:
            found.results.append(result)
            found.labels.append(label)
            found.paths.append(str(file))
    if not found.paths:
        skipped = found.skipped
        reason = f"; the first of {len(skipped)}: {skipped[0][1]}" if skipped else ""
        raise ValueError(
            "Expected a folder with images in its class folders. "
            f"Received: {str(root)!r}, where no file could be used{reason}"
        )
    return found


def _image_set(images, found):
    labels = np.array(found.labels, np.int64)
    paths, skipped = tuple(found.paths), tuple(found.skipped)
    return ImageSet(images, labels, found.class_names, paths, skipped)


def _class_names(root):
    if not root.is_dir():
        raise ValueError(f"Expected an existing folder. Received: {str(root)!r}")
    try:
        folders = [entry for entry in root.iterdir() if entry.is_dir()]
    except OSError as error:
        raise ValueError(
            f"Expected a folder that can be listed. Received: {str(root)!r} ({error})"
        ) from error
    names = sorted(
        folder.name
        for folder in folders
        if not folder.is_symlink() and not folder.name.startswith(".")
    )
    if not names:
        raise ValueError(
            "Expected a folder with one folder for each class, as in cat/1.jpg. "
            f"Received: {str(root)!r}, which has no folder inside"
        )
    return tuple(names)


def _files(root):
    """All that is not a folder or hidden, and with reasons what cannot be listed.

    Links to folders are among the files, for they are not followed. Folders wait in a
    list, since a recursion would end some thousand folders deep.
    """
    files, closed, waiting = [], [], [root]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                seen = [
                    (folder / entry.name, entry.is_dir(follow_symlinks=False))
                    for entry in entries
                    if not entry.name.startswith(".")
                ]
        except OSError as error:
            reason = f"Expected a folder that can be listed. Received: {error}"
            closed.append((str(folder), reason))
            continue
        for entry, is_folder in seen:
            (waiting if is_folder else files).append(entry)
    return sorted(files, key=lambda file: file.relative_to(root).parts), sorted(closed)


def _label(file, root, numbers):
    """Class number of a file, or a ValueError with the reason to leave it out."""
    if file.is_symlink():
        if _is_loop(file):
            raise ValueError(f"Expected no loop of links. Received: {str(file)!r}")
        target = file.resolve()
        if not target.is_relative_to(root.resolve()):
            raise ValueError(
                f"Expected no link out of the folder. Received: {str(target)!r}"
            )
        if target.is_dir():
            raise ValueError(f"Expected no link to a folder. Received: {str(target)!r}")
    folder = file.relative_to(root).parts[0]
    if folder not in numbers:
        raise ValueError(f"Expected a file in a class folder. Received: {str(file)!r}")
    return numbers[folder]


def _is_loop(link):
    try:
        link.stat()
    except OSError as error:
        return error.errno == errno.ELOOP
    return False
