"""`tfmetric search`: the images of an index that are nearest to one image."""

import json
from pathlib import Path
from typing import Annotated

import typer

from tfmetric.cli._console import note, status, table
from tfmetric.cli._images import encode, read_one
from tfmetric.cli._index import load_items, model_of_index
from tfmetric.cli._model_folder import load_network
from tfmetric.cli._output import check_new_file

_PICTURE_SIZE = 128
_FORMATS = (".png", ".svg", ".pdf")


def search(
    image: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Image to search with.")
    ],
    index: Annotated[Path, typer.Option(help="Folder that `tfmetric index` made.")],
    model: Annotated[
        Path | None,
        typer.Option(help="Folder that training made; by default that of the index."),
    ] = None,
    k: Annotated[int, typer.Option(min=1, help="How many images to find.")] = 8,
    picture: Annotated[
        Path | None, typer.Option(help="Picture to draw, ending in .png, .svg or .pdf.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the picture that is there.")
    ] = False,
):
    """Find the images of an index that are nearest to one image.

    Distances are cosine distances of embeddings, from 0 to 2.
    """
    if picture is not None:
        _check_picture(picture, overwrite)
    trained = model_of_index(index, model)
    query = read_one(image, trained.settings.image_size, trained.settings.channels)
    found = _nearest(query, index, trained, k)
    if as_json:
        print(json.dumps({"query": str(image), "matches": found}, indent=2))
    else:
        rows = [
            [str(match["rank"]), f"{match['distance']:.4f}", match["class"], match["path"]]
            for match in found
        ]
        table(["rank", "distance", "class", "path"], rows)
    if picture is not None:
        with status("Drawing"):
            _draw(image, found, picture)
        note(f"picture: {picture}")


def _check_picture(picture, overwrite):
    check_new_file(picture, overwrite)
    if picture.suffix not in _FORMATS:
        raise ValueError(
            f"Expected --picture to end in {', '.join(_FORMATS)}. "
            f"Received: {str(picture)!r}"
        )


def _nearest(query, index, trained, k):
    """Rank, distance, class and path of the nearest images, nearest first."""
    places, items = load_items(index)
    embeddings, codes = encode(load_network(trained), query[None])
    matches = places.search(codes, embeddings, k=min(k, len(places)))
    return [
        {"rank": rank, "distance": match["distance"], **items[match["id"]]}
        for rank, match in enumerate(matches.to_list()[0], start=1)
    ]


def _draw(image, found, picture):
    """Draws the query and what was found, white where a file is gone."""
    import numpy as np

    from tfmetric.evaluation import retrieval_grid, save_figure
    from tfmetric.retrieval import Matches

    gallery = []
    for match in found:
        try:
            gallery.append(read_one(match["path"], _PICTURE_SIZE, 3))
        except ValueError as error:
            note(f"left white: {error}")
            gallery.append(np.full((_PICTURE_SIZE, _PICTURE_SIZE, 3), 255, np.uint8))
    distances = np.array([[match["distance"] for match in found]])
    figure = retrieval_grid(
        read_one(image, _PICTURE_SIZE, 3)[None],
        None,
        np.stack(gallery),
        [match["class"] for match in found],
        Matches(np.arange(len(found))[None], distances),
        columns=len(found),
    )
    save_figure(figure, picture)
