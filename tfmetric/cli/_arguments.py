"""Arguments that several verbs take."""

from pathlib import Path
from typing import Annotated

import typer

ImageFolder = Annotated[
    Path,
    typer.Argument(
        exists=True,
        file_okay=False,
        help="Images, one folder for each class: cat/1.jpg.",
    ),
]

TrainedModel = Annotated[Path, typer.Option(help="Folder that training made.")]

# How to train, for all verbs that do.
Epochs = Annotated[int, typer.Option(min=1, help="Passes over the images.")]
EmbeddingDim = Annotated[int, typer.Option(min=2, help="Numbers in an embedding.")]
ImageSize = Annotated[
    int, typer.Option(min=16, help="Pixels to which images are resized, each way.")
]
Gray = Annotated[bool, typer.Option("--gray", help="Drop colour.")]
Flip = Annotated[
    bool,
    typer.Option(help="Mirror left to right at random; not for letters or digits."),
]
HeldOut = Annotated[
    float,
    typer.Option(min=0.01, max=0.9, help="Share of each class kept for the report."),
]
Unseen = Annotated[
    float, typer.Option(min=0, max=0.9, help="Share of the classes kept for the report.")
]
ClassesPerBatch = Annotated[
    int, typer.Option(min=2, help="Classes in a batch, at most those there are.")
]
PerClass = Annotated[int, typer.Option(min=2, help="Images of each of them in a batch.")]
Seed = Annotated[
    int, typer.Option(min=0, max=2**32 - 1, help="Of splits, weights and batches.")
]
