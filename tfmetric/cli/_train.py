"""`tfmetric train`: from a folder of images to a folder with a model."""

import contextlib
import sys
from pathlib import Path
from typing import Annotated

import typer

from tfmetric.cli._console import loading_tensorflow, note, status
from tfmetric.cli._images import encode, read_folder
from tfmetric.cli._model_folder import ModelSettings, write_model
from tfmetric.cli._output import new_folder
from tfmetric.cli._reports import Section, neighbours_picture, print_scores, write_scores

_FEWEST_CLASSES = 5  # to keep three for training and two unseen
_FEWEST_BATCHES = 20  # in an epoch, so that epochs mean something on small folders


def train(
    folder: Annotated[
        Path, typer.Argument(help="Images, one folder for each class: cat/1.jpg.")
    ],
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
        typer.Option(help="Mirror at random, left to right; not for letters or digits."),
    ] = False,
    held_out: Annotated[
        float,
        typer.Option(min=0.01, max=0.9, help="Share of each class kept for the report."),
    ] = 0.2,
    unseen: Annotated[
        float,
        typer.Option(min=0, max=0.6, help="Share of classes kept for the report."),
    ] = 0.2,
    classes_per_batch: Annotated[
        int, typer.Option(min=2, help="Classes in a batch, at most those there are.")
    ] = 8,
    per_class: Annotated[
        int, typer.Option(min=2, help="Images of each of them in a batch.")
    ] = 8,
    seed: Annotated[int, typer.Option(min=0, help="Of splits, weights and order.")] = 0,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a model that stands there.")
    ] = False,
):
    """Train an embedding and its binary code on a folder of images.

    Some images of each class, and of five or more classes some whole classes, are kept
    out of training to measure the model: give --unseen 0 to train on all classes.
    """
    with new_folder(output, "model", overwrite) as part:
        channels = 1 if gray else 3
        images = read_folder(folder, image_size, channels)
        training, test, strangers = _split(images, held_out, unseen, seed)
        network = _network(images.images.shape[1:], embedding_dim, bits, seed)
        batches = _batches(
            images.subset(training), classes_per_batch, per_class, _augmentation(
                image_size, flip, seed), seed
        )
        history = _fit(network, batches, epochs)
        embeddings, codes = encode(network, images.images)
        sections = _sections(embeddings, codes, bits, images, training, test, strangers)
        ...
