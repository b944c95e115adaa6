"""Files from which TensorBoard's projector turns an embedding before one's eyes."""

import json
import math
from pathlib import Path

import cv2
import numpy as np

from tfmetric._core._checks import as_vectors, check_count
from tfmetric._core._files import whole_file, write_text
from tfmetric.evaluation._drawing import as_full_names, as_pictures, as_shades

_LARGEST_SPRITE = 8192  # pixels a side that browsers take as one texture
_LARGEST_THUMBNAIL = 64
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def write_projector(
    folder,
    embeddings,
    labels=None,
    *,
    images=None,
    class_names=None,
    name="embedding",
    limit=2000,
    seed=0,
):
    """Writes an embedding for TensorBoard's projector; needs no tensorboard to write it.

    Look at it with `tensorboard --logdir FOLDER`, tab "Projector". The files are
    `projector_config.pbtxt`, `vectors.tsv`, and, if given, `metadata.tsv` with the names
    of the classes and `sprite.png` with the images, which stand in place of the points.
    Tabs and line breaks in a name are written as `\\t` and `\\n`, blank names in quotes:
    the projector would leave them out, and give each point the name of a later one.

    Args:
        folder: where to, made if missing; files already there are replaced.
        embeddings: (items, dim) finite numbers, at least one item of two dimensions.
        labels: (items,) labels, or None.
        images: (items, height, width), or with 1 or 3 channels; uint8, or floats of
            0..1; or None.
        class_names: names to write instead of labels: a dict, or a sequence if labels
            are places in it.
        name: what the projector calls the embedding.
        limit: most items to write; of more, so many are drawn at random.
        seed: of that draw.

    Returns:
        `pathlib.Path` of the configuration.

    Raises:
        ValueError: bad embeddings, images that are none, lengths that do not agree, or a
            label without a name.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_projector(folder, [[0.5, 1.0], [2.0, 4.0]], ["cat", "a\\tdog"])
    ...     print((path.parent / "vectors.tsv").read_text())
    ...     print((path.parent / "metadata.tsv").read_text())
    0.5 1
    2   4
    <BLANKLINE>
    cat
    a\\tdog
    <BLANKLINE>
    """
    points = as_vectors(embeddings, "embeddings")
    if len(points) == 0 or points.shape[1] < 2:
        raise ValueError(
            "Expected at least one embedding of two dimensions, or the projector shows "
            f"nothing. Received: shape={points.shape}"
        )
    names = as_full_names(labels, len(points), class_names, "labels")
    pictures = None if images is None else _as_pictures(images, len(points))
    chosen = np.arange(len(points))
    if len(points) > check_count(limit, "limit"):
        generator = np.random.default_rng(seed)
        chosen = np.sort(generator.choice(len(points), limit, replace=False))

    folder = Path(folder)
    rows = ["\t".join(f"{number:.6g}" for number in point) for point in points[chosen]]
    write_text(folder / "vectors.tsv", _lines(rows))
    settings = [f"tensor_name: {_quoted(name)}", 'tensor_path: "vectors.tsv"']
    if labels is not None:
        rows = [_in_a_row(names[item]) for item in chosen]
        write_text(folder / "metadata.tsv", _lines(rows))
        settings.append('metadata_path: "metadata.tsv"')
    if pictures is not None:
        height, width = _write_sprite(folder / "sprite.png", pictures[chosen])
        sides = f"single_image_dim: {width} single_image_dim: {height}"
        settings.append(f'sprite {{ image_path: "sprite.png" {sides} }}')
    text = _lines(["embeddings {", *[f"  {setting}" for setting in settings], "}"])
    return write_text(folder / "projector_config.pbtxt", text)


def _in_a_row(name):
    return name.translate(_ESCAPES) if name.strip() else repr(name)


def _lines(rows):
    return "".join(f"{row}\n" for row in rows)


def _quoted(text):
    """A text as protocol buffers write it, for which JSON's escapes serve."""
    return json.dumps(text, ensure_ascii=False)


def _as_pictures(images, count):
    pictures = as_pictures(images, "images")
    if len(pictures) != count:
        raise ValueError(
            f"Expected an image for each of {count} embeddings. Received: {len(pictures)}"
        )
    return pictures


def _write_sprite(path, pictures):
    """Writes the images row by row as one square sheet; returns the size of each."""
    columns = math.isqrt(len(pictures) - 1) + 1
    scale = min(
        1, min(_LARGEST_THUMBNAIL, _LARGEST_SPRITE // columns) / max(pictures.shape[1:3])
    )
    height, width = (max(1, int(scale * side)) for side in pictures.shape[1:3])
    sheet = np.full((columns * height, columns * width, *pictures.shape[3:]), 255, np.uint8)
    for place, picture in enumerate(pictures):
        top, left = height * (place // columns), width * (place % columns)
        shades = as_shades(picture)
        small = cv2.resize(shades, (width, height), interpolation=cv2.INTER_AREA)
        sheet[top : top + height, left : left + width] = np.rint(255 * small)
    with whole_file(path) as unfinished:
        cv2.imwrite(str(unfinished), sheet[..., ::-1] if sheet.ndim == 3 else sheet)
    return height, width
