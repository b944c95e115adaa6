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
