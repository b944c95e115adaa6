"""`tfmetric index`: a folder of images, made searchable."""

import json
from pathlib import Path
from typing import Annotated

import typer

from tfmetric.cli._arguments import ImageFolder, TrainedModel
from tfmetric.cli._images import encode, read_folder
from tfmetric.cli._model_folder import load_network, open_model_folder
from tfmetric.cli._output import MANIFEST, new_folder, read_manifest, write_manifest

_ITEMS = "items.json"


def index(
    folder: ImageFolder,
    model: TrainedModel,
    output: Annotated[Path, typer.Option(help="Folder to make for the index.")],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the index that is there.")
    ] = False,
):
    """Make a folder of images searchable with `tfmetric search`."""
    trained = open_model_folder(model)
    with new_folder(output, "index", overwrite) as part:
        images = read_folder(folder, trained.settings.image_size, trained.settings.channels)
        embeddings, codes = encode(load_network(trained), images.images)
        from tfmetric.retrieval import TwoStageIndex

        TwoStageIndex(codes, embeddings, distance="cosine").save(part)
        items = [
            {"path": str(Path(path).absolute()), "class": images.class_names[label]}
            for path, label in zip(images.paths, images.labels, strict=True)
        ]
        text = json.dumps(items, indent=1, ensure_ascii=False) + "\n"
        (part / _ITEMS).write_text(text, encoding="utf-8")
        made_by = {"path": str(model.absolute()), "sha256": trained.sha256}
        write_manifest(part, "index", {"model": made_by})
    print(f"{len(items)} images: {output}")


def model_of_index(path, model=None):
    """The `ModelFolder` to search with: `model`, or the one that the index remembers.

    Raises:
        ValueError: no index there, or made by another model.
    """
    made_by = read_manifest(path, "index").get("model")
    if not isinstance(made_by, dict) or not {"path", "sha256"} <= set(made_by):
        raise _damaged(Path(path) / MANIFEST)
    trained = open_model_folder(model or made_by["path"])
    if trained.sha256 != made_by["sha256"]:
        raise ValueError(
            f"Expected the model that made the index, {made_by['path']!r} as it was "
            f"then; index the images again. Received: {str(trained.path)!r}"
        )
    return trained


def load_items(path):
    """The index in folder `path`, and the path and class of each of its items.

    Raises:
        ValueError: a damaged index.
    """
    from tfmetric.retrieval import TwoStageIndex

    places = TwoStageIndex.load(path)
    file = Path(path) / _ITEMS
    try:
        items = json.loads(file.read_text(encoding="utf-8"))
        items = [{"path": item["path"], "class": item["class"]} for item in items]
    except (OSError, ValueError, KeyError, TypeError):
        raise _damaged(file) from None
    if len(items) != len(places):
        raise _damaged(file)
    return places, items


def _damaged(file):
    return ValueError(
        f"Expected {str(file)!r} as `tfmetric index` wrote it. "
        "Received: missing or changed content; index the images again"
    )
