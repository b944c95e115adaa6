"""`tfmetric evaluate`: how well a model brings the classes of a folder together."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from tfmetric.cli._arguments import ImageFolder, TrainedModel
from tfmetric.cli._console import status
from tfmetric.cli._images import encode, read_folder
from tfmetric.cli._model_folder import load_network, open_model_folder
from tfmetric.cli._output import new_folder, write_manifest
from tfmetric.cli._pictures import Pictures
from tfmetric.cli._reports import Section, print_scores, write_report


def evaluate(
    folder: ImageFolder,
    model: TrainedModel,
    output: Annotated[
        Path | None, typer.Option(help="Folder to make for the report and pictures.")
    ] = None,
    clusters: Annotated[
        bool, typer.Option("--clusters", help="Score a clustering by k-means, too.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the report that is there.")
    ] = False,
):
    """Measure how well a model brings classes together.

    Each image is searched for among the others, and pairs of images are judged by the
    match threshold of the model. Give images, or better classes, that the model was not
    trained on. With --output, report.html holds scores and pictures in one file.
    """
    trained = open_model_folder(model)
    if output is None:
        measured = _measure(folder, trained, clusters)
    else:
        with new_folder(output, "report", overwrite) as part:
            measured = _measure(folder, trained, clusters)
            with status("Drawing pictures"):
                pictures = _draw(part, measured, trained)
            title = f"Report of {folder.name or folder}"
            write_report(part, title, measured.sections, measured.notes, pictures)
            write_manifest(part, "report", {"model": str(model), "images": str(folder)})
    print_scores(measured.sections)
    for text in measured.notes:
        print(text)
    if output is not None:
        print(f"report: {output}")


@dataclass(frozen=True)
class _Measured:
    """A folder of images as a model sees it, and the scores of that."""

    images: object
    embeddings: object
    codes: object
    threshold: object
    sections: list
    notes: list


def _measure(folder, trained, clusters):
    settings = trained.settings
    images = read_folder(folder, settings.image_size, settings.channels)
    import numpy as np

    from tfmetric.evaluation import evaluate_embeddings

    threshold = trained.match_threshold()
    embeddings, codes = encode(load_network(trained), images.images)
    with status("Measuring"):
        report = evaluate_embeddings(
            embeddings,
            np.array(images.class_names)[images.labels],
            codes=codes,
            bits=settings.bits,
            clusters=clusters,
            threshold=threshold,
        )
    text = f"{len(images)} images, each searched for among the others"
    told = threshold or "none; train again to calibrate one"
    notes = [f"match threshold of the model: {told}"]
    section = Section("all images", text, report)
    return _Measured(images, embeddings, codes, threshold, [section], notes)


def _draw(folder, measured, trained):
    """Writes all pictures and returns them for the page."""
    from tfmetric.metrics import pair_distances

    images, settings = measured.images, trained.settings
    pictures = Pictures(folder, images, measured.embeddings)
    everything = range(len(images))
    pictures.neighbours(everything, "Each image searched for among the others")
    pictures.worst()
    pictures.map(
        [
            label
            for label in sorted(set(images.labels))
            if images.class_names[label] not in settings.class_names
        ]
    )
    distances, same = pair_distances(measured.embeddings, images.labels, distance="cosine")
    pictures.pairs(distances, same, measured.threshold)
    pictures.bits(measured.codes, settings.bits)
    return pictures.drawn
