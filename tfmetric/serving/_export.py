"""Networks as SavedModels, in the folders that TensorFlow Serving watches."""

import json
import shutil
from pathlib import Path
from uuid import uuid4

import keras

from tfmetric import __version__
from tfmetric._core._checks import check_count
from tfmetric.serving._signatures import input_spec, output_names, signatures


def export_saved_model(model, directory, *, version=None):
    """Writes a network as a SavedModel, which runs without this library.

    The graph takes batches of any size, an empty one too, and has these signatures:

    - "serving_default": "images", (batch, …) as the network takes them, to "embedding",
      float32 (batch, dim), and "code", uint8 (batch, ceil(bits / 8)), packed as the
      network's `packed_codes` gives it; of the two, those that the network has. A
      network on texts takes "texts", strings (batch,), and one on the columns of a table
      each column by its name.
      The tuple networks export the encoder that they share: "embedding" is the features
      of single images, as their `embed` gives them.
    - "embedding" and "binary_code": each output alone.
    - "from_bytes": "image_bytes", strings (batch,) of whole JPEG or PNG files, to
      the same outputs as "serving_default". Only for networks that take images of one
      size with 1 or 3 channels. Pixels reach the network as 0..255, so its encoder has
      to scale them itself, as `tfmetric.encoders.conv4` does. Images are resized by
      averaging areas, as `tfmetric.data.read_image` does, to within one of the 255
      levels; unlike there, the orientation that a camera wrote into the file is ignored.

    Beside the graph, `assets.extra/tfmetric.json` says what the outputs are: the network,
    its outputs, the shape of an input, and the lengths of embedding and code that the
    network was given.

    Args:
        model: a network of `tfmetric.models`, called or fitted before.
        directory: folder of the model; each version is a numbered folder in it.
        version: number of at least 1, or None for one more than the highest there.

    Returns:
        `pathlib.Path` of the folder of the version.

    Raises:
        ValueError: another kind of model, one without weights yet, an encoder of several
            inputs without names, or a version that is there already.

    The version's folder appears complete or not at all: it is written under a name that
    TensorFlow Serving ignores and renamed at the end.
    """
    names = output_names(model)
    directory = Path(directory)
    number = (
        _next_version(directory) if version is None else check_count(version, "version")
    )
    target = directory / str(number)
    if target.exists():
        raise ValueError(
            f"Expected a version that is not there yet. Received: {str(target)!r}, which is"
        )
    directory.mkdir(parents=True, exist_ok=True)
    unfinished = directory / f".{number}-{uuid4().hex}"
    try:
        _write_graph(model, unfinished)
        _write_description(model, names, unfinished / "assets.extra")
        unfinished.rename(target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return target


def _next_version(directory):
    found = directory.iterdir() if directory.is_dir() else []
    numbers = [int(path.name) for path in found if path.name.isdecimal()]
    return max(numbers, default=0) + 1


def _write_graph(model, folder):
    archive = keras.export.ExportArchive()
    archive.track(model)
    for name, (function, inputs) in signatures(model).items():
        archive.add_endpoint(name, function, input_signature=[inputs])
    archive.write_out(str(folder), verbose=False)


def _write_description(model, names, folder):
    description = {
        "network": type(model).__name__,
        "name": model.name,
        "outputs": names,
        "input_shape": _shapes(input_spec(model)),
        "embedding_dim": getattr(model, "embedding_dim", None),
        "bits": getattr(model, "bits", None),
        "tfmetric": __version__,
    }
    known = {key: value for key, value in description.items() if value is not None}
    folder.mkdir()
    (folder / "tfmetric.json").write_text(json.dumps(known, indent=2) + "\n")


def _shapes(spec):
    if isinstance(spec, dict):
        return {name: _shapes(column) for name, column in spec.items()}
    return spec.shape.as_list()[1:]
