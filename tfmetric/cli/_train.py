"""`tfmetric train`: from a folder of images to a folder with a model."""

from pathlib import Path
from typing import Annotated

import typer

from tfmetric.cli._arguments import ImageFolder
from tfmetric.cli._console import loading_tensorflow, note, status
from tfmetric.cli._images import encode, read_folder
from tfmetric.cli._model_folder import ModelSettings, write_model
from tfmetric.cli._output import new_folder
from tfmetric.cli._reports import (
    Section,
    neighbours_picture,
    print_scores,
    write_scores,
)

_LISTED = 10


def train(
    folder: ImageFolder,
    output: Annotated[Path, typer.Option(help="Folder to make for the model.")],
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the images.")] = 20,
    embedding_dim: Annotated[
        int, typer.Option(min=2, help="Numbers in an embedding.")
    ] = 64,
    bits: Annotated[int, typer.Option(min=1, help="Bits in a binary code.")] = 64,
    image_size: Annotated[
        int, typer.Option(min=16, help="Pixels to which images are resized, each way.")
    ] = 64,
    gray: Annotated[bool, typer.Option("--gray", help="Drop colour.")] = False,
    flip: Annotated[
        bool,
        typer.Option(help="Mirror left to right at random; not for letters or digits."),
    ] = False,
    held_out: Annotated[
        float,
        typer.Option(min=0.01, max=0.9, help="Share of each class kept for the report."),
    ] = 0.2,
    unseen: Annotated[
        float,
        typer.Option(min=0, max=0.9, help="Share of the classes kept for the report."),
    ] = 0.2,
    classes_per_batch: Annotated[
        int, typer.Option(min=2, help="Classes in a batch, at most those there are.")
    ] = 8,
    per_class: Annotated[
        int, typer.Option(min=2, help="Images of each of them in a batch.")
    ] = 8,
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="Of splits, weights and batches.")
    ] = 0,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the model that is there.")
    ] = False,
):
    """Train an embedding and its binary code on a folder of images.

    To measure the model honestly, some images of each class are kept out of training,
    and of five or more classes some whole classes. Use --unseen 0 to train on all.
    """
    with new_folder(output, "model", overwrite) as part:
        images = read_folder(folder, image_size, 1 if gray else 3)
        with loading_tensorflow():
            from tfmetric.cli import _training
            from tfmetric.evaluation import save_figure, training_curves

        split = _training.split_images(images.labels, held_out, unseen, seed)
        note(_told(images, split))
        batches = _training.make_batches(
            images.subset(split.training), classes_per_batch, per_class, flip, seed
        )
        network = _training.build_network(
            images.images.shape[1:], embedding_dim, bits, epochs * len(batches), seed
        )
        history = _training.fit(network, batches, epochs)
        embeddings, codes = encode(network, images.images)
        with status("Measuring the model"):
            sections = _score(embeddings, codes, bits, images.labels, split)
            write_scores(part, "Report of training", sections)
            save_figure(training_curves(history), part / "training.png")
            tested = [*split.held_out, *split.unseen]
            title = "Images not trained on, and what is nearest"
            picture = neighbours_picture(embeddings, images, tested, title)
            save_figure(picture, part / "neighbours.png")
        settings = ModelSettings(
            image_size,
            images.images.shape[3],
            embedding_dim,
            bits,
            _names(images, split.training),
        )
        details = {"unseen_classes": _names(images, split.unseen), "epochs": epochs}
        write_model(part, network, settings, details | {"seed": seed})
    print_scores(sections)
    print(f"model: {output}")


def _score(embeddings, codes, bits, labels, split):
    """Scores held-out images among those trained on, and unseen classes by themselves."""
    from tfmetric.evaluation import evaluate_embeddings

    held_out, training, unseen = split.held_out, split.training, split.unseen
    report = evaluate_embeddings(
        embeddings[held_out],
        labels[held_out],
        codes=codes[held_out],
        bits=bits,
        gallery=embeddings[training],
        gallery_labels=labels[training],
        gallery_codes=codes[training],
    )
    text = (
        f"{len(held_out)} images that were not trained on, each searched for among the "
        f"{len(training)} images that were"
    )
    sections = [Section("trained classes", text, report)]
    if len(unseen):
        report = evaluate_embeddings(
            embeddings[unseen], labels[unseen], codes=codes[unseen], bits=bits
        )
        text = (
            f"{len(unseen)} images of {len(set(labels[unseen]))} classes that were not "
            "trained on, each searched for among the others"
        )
        sections.append(Section("unseen classes", text, report))
    return sections


def _told(images, split):
    """A line on which images are trained on and which are not."""
    text = (
        f"{len(split.training)} images of {len(_names(images, split.training))} classes "
        f"to train on, {len(split.held_out)} of these classes held out"
    )
    unseen = _names(images, split.unseen)
    if not unseen:
        return f"{text}, no class kept unseen"
    more = ["…"] if len(unseen) > _LISTED else []
    return (
        f"{text}, {len(unseen)} classes kept unseen (--unseen 0 trains on all): "
        f"{', '.join([*unseen[:_LISTED], *more])}"
    )


def _names(images, places):
    """Names of the classes of some images."""
    return [images.class_names[label] for label in sorted(set(images.labels[places]))]
