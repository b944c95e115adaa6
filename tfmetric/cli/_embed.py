"""`tfmetric embed`: embeddings and codes of images, as NumPy arrays in a file."""

from pathlib import Path
from typing import Annotated

import typer

from tfmetric.cli._arguments import TrainedModel
from tfmetric.cli._images import encode, read_folder, read_one
from tfmetric.cli._model_folder import load_network, open_model_folder
from tfmetric.cli._output import new_file


def embed(
    images: Annotated[
        Path,
        typer.Argument(
            exists=True, help="An image, or a folder with one folder for each class."
        ),
    ],
    model: TrainedModel,
    output: Annotated[Path, typer.Option(help="File to write, ending in .npz.")],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the file that is there.")
    ] = False,
):
    """Write embeddings and binary codes of images to a NumPy file.

    It holds "embeddings" (images, dim), "codes" (images, bytes) packed, "labels", each
    the place of a class in "class_names" (-1 for a single image), and "paths".
    """
    if output.suffix != ".npz":
        raise ValueError(f"Expected --output to end in .npz. Received: {str(output)!r}")
    trained = open_model_folder(model)
    size, channels = trained.settings.image_size, trained.settings.channels
    with new_file(output, overwrite) as part:
        import numpy as np

        if images.is_dir():
            found = read_folder(images, size, channels)
            pixels, labels = found.images, found.labels
            class_names, paths = found.class_names, found.paths
        else:
            pixels = read_one(images, size, channels)[np.newaxis]
            labels, class_names, paths = np.array([-1]), (), (str(images),)
        embeddings, codes = encode(load_network(trained), pixels)
        with part.open("wb") as file:
            np.savez(
                file,
                embeddings=embeddings,
                codes=codes,
                labels=labels,
                class_names=np.array(class_names, np.str_),
                paths=np.array(paths, np.str_),
            )
    print(f"{len(pixels)} embeddings: {output}")
