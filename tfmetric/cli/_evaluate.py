"""`tfmetric evaluate`: how well a model brings the classes of a folder together."""

from pathlib import Path
from typing import Annotated

import typer

from tfmetric.cli._arguments import ImageFolder, TrainedModel
from tfmetric.cli._console import status
from tfmetric.cli._images import encode, read_folder
from tfmetric.cli._model_folder import load_network, open_model_folder
from tfmetric.cli._output import new_folder, write_manifest
from tfmetric.cli._reports import (
    Section,
    neighbours_picture,
    print_scores,
    write_scores,
)


def evaluate(
    folder: ImageFolder,
    model: TrainedModel,
    output: Annotated[
        Path | None, typer.Option(help="Folder to make for the report and pictures.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the report that is there.")
    ] = False,
):
    """Measure how well a model brings classes together.

    Each image is searched for among the others. Give images, or better classes, that
    the model was not trained on.
    """
    trained = open_model_folder(model)
    if output is None:
        images, embeddings, sections = _measure(folder, trained)
    else:
        with new_folder(output, "report", overwrite) as part:
            images, embeddings, sections = _measure(folder, trained)
            write_scores(part, f"Report of {folder.name or folder}", sections)
            with status("Drawing pictures"):
                _draw(part, images, embeddings, trained.settings.class_names)
            write_manifest(part, "report", {"model": str(model), "images": str(folder)})
    print_scores(sections)
    if output is not None:
        print(f"report: {output}")


def _measure(folder, trained):
    """The images of a folder, their embeddings, and the scores of these."""
    settings = trained.settings
    images = read_folder(folder, settings.image_size, settings.channels)
    from tfmetric.evaluation import evaluate_embeddings

    embeddings, codes = encode(load_network(trained), images.images)
    with status("Measuring"):
        report = evaluate_embeddings(
            embeddings, images.labels, codes=codes, bits=settings.bits
        )
    text = f"{len(images)} images, each searched for among the others"
    return images, embeddings, [Section("all images", text, report)]


def _draw(folder, images, embeddings, trained_classes):
    """Writes neighbours.png and map.png, on which new classes stand out."""
    from tfmetric.evaluation import embedding_map, save_figure

    everything = range(len(images))
    title = "Each image searched for among the others"
    picture = neighbours_picture(embeddings, images, everything, title)
    save_figure(picture, folder / "neighbours.png")
    new = [
        label
        for label in sorted(set(images.labels))
        if images.class_names[label] not in trained_classes
    ]
    plane = embedding_map(
        embeddings,
        images.labels,
        class_names=images.class_names,
        highlight=new or None,
        title="Embedding; highlighted: classes not trained on" if new else "Embedding",
    )
    save_figure(plane, folder / "map.png")
