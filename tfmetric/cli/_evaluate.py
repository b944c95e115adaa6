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
from tfmetric.cli._reports import Section, print_scores, scorable, write_report


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
    trained on; classes that it was trained on and new ones are scored apart, too. With
    --output, report.html holds scores and pictures in one file.
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
    parts: dict
    sections: list
    notes: list


def _measure(folder, trained, clusters):
    settings = trained.settings
    images = read_folder(folder, settings.image_size, settings.channels)
    import numpy as np

    from tfmetric.evaluation import evaluate_embeddings

    threshold = trained.match_threshold()
    embeddings, codes = encode(load_network(trained), images.images)
    names, parts = np.array(images.class_names)[images.labels], _parts(images, settings)
    sections = []
    with status("Measuring"):
        for name, places in parts.items():
            report = evaluate_embeddings(
                embeddings[places],
                names[places],
                codes=codes[places],
                bits=settings.bits,
                clusters=clusters,
                threshold=threshold,
            )
            text = f"{len(places)} images, each searched for among the others"
            sections.append(Section(name, text, report))
    told = threshold or "none; train again to calibrate one"
    notes = [f"match threshold of the model: {told}"]
    return _Measured(images, embeddings, codes, threshold, parts, sections, notes)


def _parts(images, settings):
    """Places of all images; and of trained and of new classes, if there are both."""
    import numpy as np

    known = np.isin(np.array(images.class_names)[images.labels], settings.class_names)
    parts = {"all images": np.arange(len(images))}
    if known.any() and not known.all():
        parts["trained classes"] = np.flatnonzero(known)
        parts["new classes"] = np.flatnonzero(~known)
    return {
        name: places
        for name, places in parts.items()
        if name == "all images" or scorable(images.labels[places])
    }


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
    pairs = {
        name: pair_distances(
            measured.embeddings[places], images.labels[places], distance="cosine"
        )
        for name, places in measured.parts.items()
    }
    pictures.pairs(pairs, measured.threshold)
    pictures.bits(measured.codes, settings.bits)
    return pictures.drawn
