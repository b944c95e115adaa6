"""`tfmetric export`: a model as TensorFlow Serving wants it, checked before use."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from tfmetric.cli._arguments import TrainedModel
from tfmetric.cli._console import status
from tfmetric.cli._images import encode
from tfmetric.cli._model_folder import load_network, open_model_folder

_IMAGES_TO_VERIFY = 16


def export(
    model: TrainedModel,
    output: Annotated[
        Path, typer.Option(help="Folder of the served model, such as saved_models/pets.")
    ],
    version: Annotated[
        int | None,
        typer.Option(min=1, help="By default one more than the highest there."),
    ] = None,
    verify: Annotated[
        bool, typer.Option(help="Compare its outputs, in a process without tfmetric.")
    ] = True,
):
    """Export a model for TensorFlow Serving."""
    trained = open_model_folder(model)
    target = _target(output, version)
    network = load_network(trained)
    from tfmetric.serving import export_saved_model

    output.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=output, prefix=".") as part:
        with status("Exporting"):
            exported = export_saved_model(network, part, version=int(target.name))
        if verify:
            with status("Verifying in another process"):
                found = _verified(network, exported, trained.settings)
        exported.rename(target)
    print(f"saved model: {target}")
    if verify:
        print(f"verified: {found}")
    print(
        "serve it with:\n"
        "  tensorflow_model_server --rest_api_port=8501 \\\n"
        f"    --model_name={target.parent.name} \\\n"
        f"    --model_base_path={target.parent}"
    )


def _target(output, version):
    """Folder of the version, absolute, not there yet."""
    output = output.resolve()
    versions = [int(path.name) for path in output.glob("*") if path.name.isdecimal()]
    target = output / str(version or max(versions, default=0) + 1)
    if target.exists():
        raise ValueError(
            "Expected --version to be one that is not there yet. "
            f"Received: {version}, which is {str(target)!r}"
        )
    return target


def _verified(network, exported, settings):
    """The `Verification` of an export, on noise.

    Raises:
        RuntimeError: it gives other outputs than the network.
    """
    import numpy as np

    from tfmetric.serving import verify_saved_model

    shape = (settings.image_size, settings.image_size, settings.channels)
    images = np.random.default_rng(0).integers(
        0, 256, (_IMAGES_TO_VERIFY, *shape), np.uint8
    )
    embeddings, codes = encode(network, images)
    found = verify_saved_model(exported, images, embedding=embeddings, code=codes)
    if not found.ok:
        raise RuntimeError(f"the exported model gives other outputs, {found}")
    return found
