"""Image folders: one folder a class."""

from pathlib import Path

import numpy as np

from tfmetric._core._checks import as_size, check_choice
from tfmetric.data._image_file import read_image
from tfmetric.data._image_set import ImageSet


def load_folder(path, image_size=(64, 64), channels=3, progress=None):
    """Loads the images of a folder that has one folder for each class.

    Classes are the folders directly inside `path`, in the order of their names; images
    are all files inside them, however deep, in the order of their paths. The order is
    the same on every machine. What has a name that begins with a dot is ignored.
    Whatever else cannot be used is left out and listed with the reason in `skipped`: a
    file that `read_image` refuses, a file in no class folder, a link that leaves `path`,
    a link to a folder. A class folder without images keeps its place in `class_names`.

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
    root = Path(path)
    size, channels = (
        as_size(image_size, "image_size"),
        check_choice(channels, (1, 3), "channels"),
    )
    class_names = _class_names(root)
    images, labels, paths, skipped = [], [], [], []
    numbers = {name: number for number, name in enumerate(class_names)}
    files = _files(root)
    for file in files if progress is None else progress(files):
        try:
            label = _label(file, root, numbers)
            image = read_image(file, size, channels)
        except ValueError as error:
            skipped.append((str(file), str(error)))
        else:
            images.append(image)
            labels.append(label)
            paths.append(str(file))
    if not images:
        reason = f"; the first of {len(skipped)}: {skipped[0][1]}" if skipped else ""
        raise ValueError(
            "Expected a folder with images in its class folders. "
            f"Received: {str(root)!r}, where no file could be used{reason}"
        )
    labels = np.array(labels, np.int64)
    return ImageSet(np.stack(images), labels, class_names, tuple(paths), tuple(skipped))


def _class_names(root):
    if not root.is_dir():
        raise ValueError(f"Expected an existing folder. Received: {str(root)!r}")
    folders = (entry for entry in root.iterdir() if entry.is_dir())
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
    """All that is not a folder or hidden; links to folders are listed, not followed."""
    found = (
        entry
        for entry in root.rglob("*")
        if entry.is_symlink() or not entry.is_dir()
        if not any(part.startswith(".") for part in entry.relative_to(root).parts)
    )
    return sorted(found, key=lambda entry: entry.relative_to(root).parts)


def _label(file, root, numbers):
    """Class number of a file, or a ValueError with the reason to leave it out."""
    if file.is_symlink():
        try:
            target = file.resolve()
        except (OSError, RuntimeError) as error:
            raise ValueError(f"Expected no loop of links. Received: {file}") from error
        if not target.is_relative_to(root.resolve()):
            raise ValueError(f"Expected no link out of the folder. Received: {target}")
        if target.is_dir():
            raise ValueError(f"Expected no link to a folder. Received: {target}")
    folder = file.relative_to(root).parts[0]
    if folder not in numbers:
        raise ValueError(f"Expected a file in a class folder. Received: {str(file)!r}")
    return numbers[folder]
