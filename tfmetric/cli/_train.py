"""`tfmetric train`: from a folder of images to a folder with a model."""

from pathlib import Path
from typing import Annotated

import typer

from tfmetric.cli._arguments import (
    ClassesPerBatch,
    EmbeddingDim,
    Epochs,
    Flip,
    Gray,
    HeldOut,
    ImageFolder,
    ImageSize,
    PerClass,
    Seed,
    Unseen,
)
from tfmetric.cli._console import loading_tensorflow, note, status
from tfmetric.cli._images import encode, read_folder
from tfmetric.cli._model_folder import ModelSettings, write_model
from tfmetric.cli._output import new_folder
from tfmetric.cli._pictures import Pictures
from tfmetric.cli._reports import Section, print_scores, scorable, write_report

_LISTED = 10


def train(
    folder: ImageFolder,
    output: Annotated[Path, typer.Option(help="Folder to make for the model.")],
    epochs: Epochs = 20,
    embedding_dim: EmbeddingDim = 64,
    bits: Annotated[int, typer.Option(min=1, help="Bits in a binary code.")] = 64,
    image_size: ImageSize = 64,
    gray: Gray = False,
    flip: Flip = False,
    held_out: HeldOut = 0.2,
    unseen: Unseen = 0.2,
    classes_per_batch: ClassesPerBatch = 8,
    per_class: PerClass = 8,
    far: Annotated[
        float,
        typer.Option(
            min=0,
            max=0.5,
            help="Share of wrong matches that the match threshold may let in.",
        ),
    ] = 0.01,
    seed: Seed = 0,
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

        split = _training.split_images(images.labels, held_out, unseen, seed)
        note(told(images, split))
        batches = _training.make_batches(
            images.subset(split.training), classes_per_batch, per_class, flip, seed
        )
        network = _training.build_network(
            images.images.shape[1:], embedding_dim, bits, epochs * len(batches), seed
        )
        watching = _training.watch(images, split, epochs)
        history = _training.fit(network, batches, epochs, watching)
        embeddings, codes = encode(network, images.images)
        tested = [*split.held_out, *split.unseen]
        with status("Measuring the model"):
            sections = _score(embeddings, codes, bits, images, split)
            pairs = _pairs(embeddings[tested], images.labels[tested])
            threshold = _calibrated(pairs, far)
            pictures = Pictures(part, images, embeddings)
            pictures.training(history)
            pictures.neighbours(tested, "Images not trained on, and what is nearest")
            if pairs is not None:
                pictures.pairs({"images not trained on": pairs}, threshold)
            notes = [f"match threshold: {threshold or 'none, for lack of pairs to test'}"]
            write_report(part, "Report of training", sections, notes, pictures.drawn)
        settings = ModelSettings(
            image_size,
            images.images.shape[3],
            embedding_dim,
            bits,
            _names(images, split.training),
        )
        details = {"unseen_classes": _names(images, split.unseen), "epochs": epochs}
        write_model(part, network, settings, details | {"seed": seed}, threshold)
    print_scores(sections)
    print(*notes, sep="\n")
    print(f"model: {output}")


def _pairs(embeddings, labels):
    """Cosine distances of pairs and which are of one class; None without both kinds."""
    from tfmetric.metrics import pair_distances

    if not scorable(labels):
        return None
    return pair_distances(embeddings, labels, distance="cosine")


def _calibrated(pairs, far):
    from tfmetric.evaluation import MatchThreshold

    if pairs is None:
        return None
    return MatchThreshold.at_far(*pairs, far, distance="cosine")


def _score(embeddings, codes, bits, images, split):
    """Scores of each test of the split."""
    import numpy as np

    from tfmetric.evaluation import evaluate_embeddings

    sections, labels = [], np.array(images.class_names)[images.labels]
    for test in split.tests(images.labels):
        queries, gallery = test.queries, {}
        if test.gallery is not None:
            gallery = {
                "gallery": embeddings[test.gallery],
                "gallery_labels": labels[test.gallery],
                "gallery_codes": codes[test.gallery],
            }
        report = evaluate_embeddings(
            embeddings[queries], labels[queries], codes=codes[queries], bits=bits, **gallery
        )
        sections.append(Section(test.name, test.text, report))
    return sections


def told(images, split):
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
