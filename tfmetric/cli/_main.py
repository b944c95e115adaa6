"""The command line: its verbs, and what its exit codes mean.

0: done. 2: bad usage or bad input, told in one line. 1: anything unexpected. 130:
interrupted.
"""

import logging
import os
import sys
import traceback
import warnings
from pathlib import Path
from typing import Annotated

import typer

from tfmetric import __version__
from tfmetric.cli._console import note
from tfmetric.cli._embed import embed
from tfmetric.cli._evaluate import evaluate
from tfmetric.cli._export import export
from tfmetric.cli._hash_length import hash_length
from tfmetric.cli._index import index
from tfmetric.cli._search import search
from tfmetric.cli._train import train

app = typer.Typer(
    name="tfmetric",
    help="Train an embedding and its binary code, search with both, serve the result.",
    epilog="Example: tfmetric train pets --output pets-model",
    add_completion=False,
    rich_markup_mode=None,
)

_UsageError = typer.BadParameter.__base__  # typer has no public name for it
_BAD_FILE = (
    FileExistsError,
    FileNotFoundError,
    IsADirectoryError,
    NotADirectoryError,
    PermissionError,
)


def _show_version(wanted: bool):
    if wanted:
        print(f"tfmetric {__version__}")
        raise typer.Exit()


@app.callback()
def _settings(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version."
        ),
    ] = False,
    traceback: Annotated[
        bool,
        typer.Option("--traceback", help="Show where an error came from, and all logs."),
    ] = False,
):
    pass  # both are read elsewhere; `--traceback` by `run`, however the verb ends


@app.command(epilog="Example: tfmetric demo --output demo_output")
def demo(
    output: Annotated[
        Path, typer.Option(help="Folder to write pictures and the report to.")
    ] = Path("demo_output"),
    saved_models: Annotated[
        Path, typer.Option(help="Folder to export the model to.")
    ] = Path("saved_models"),
    epochs: Annotated[int, typer.Option(min=1, help="Passes of 40 batches.")] = 12,
):
    """Go the whole way on handwritten digits that need no download."""
    from tfmetric.cli._demo import demo

    demo(output, saved_models, epochs)


app.command(epilog="Example: tfmetric train pets --output pets-model")(train)
app.command(
    epilog="Example: tfmetric embed pets --model pets-model --output pets.npz",
)(embed)
app.command(
    epilog="Example: tfmetric index pets --model pets-model --output pets-index",
)(index)
app.command(
    epilog="Example: tfmetric search cat.jpg --index pets-index --picture found.png",
)(search)
app.command(
    epilog="Example: tfmetric evaluate new-pets --model pets-model --output report",
)(evaluate)
app.command(
    epilog="Example: tfmetric hash-length pets --output report --bits 16,32,64",
)(hash_length)
app.command(
    epilog="Example: tfmetric export --model pets-model --output saved_models/pets",
)(export)


def main():
    """Runs the command as a process and ends it."""
    code = run(sys.argv[1:])
    if code == 0:
        return
    # TensorFlow's input threads, broken off in the middle, can keep Python from ending.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def run(arguments):
    """Runs the command and returns its exit code."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    if "--traceback" not in arguments:  # of retracing, where a verb trains several models
        logging.getLogger("tensorflow").setLevel(logging.ERROR)
    arguments = arguments or ["--help"]
    with warnings.catch_warnings():
        if "--traceback" not in arguments:
            warnings.showwarning = lambda message, *_: note(f"warning: {message}")
        try:
            return app(arguments, prog_name="tfmetric", standalone_mode=False) or 0
        except (KeyboardInterrupt, typer.Abort):
            return 130
        except Exception as error:
            if "--traceback" in arguments:
                traceback.print_exc()
            return _explain(error)


def _explain(error):
    """Tells an error in one line and returns the exit code that goes with it."""
    if isinstance(error, _UsageError):
        command = error.ctx.command_path if error.ctx else "tfmetric"
        note(f"tfmetric: {error.format_message().rstrip('.')}. See '{command} --help'.")
        return 2
    if isinstance(error, _BAD_FILE):
        note(f"tfmetric: {error.strerror}: {error.filename}")
        return 2
    text = " ".join(str(error).split())
    if isinstance(error, ValueError) and text.startswith("Expected "):
        note(f"tfmetric: {text}")
        return 2
    note(
        f"tfmetric: {type(error).__name__}: {text or 'no message'} "
        "('tfmetric --traceback …' shows where)"
    )
    return 1
