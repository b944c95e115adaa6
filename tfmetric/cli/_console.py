"""What the user sees: results on stdout, everything else on stderr."""

import contextlib
import os
import sys

from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table


def note(text):
    """Writes a line to stderr, as it is."""
    print(text, file=sys.stderr, flush=True)


def progress(description):
    """Returns a function that wraps a sequence in a progress bar on the terminal."""
    console = Console(stderr=True)

    def wrap(items):
        return track(
            items,
            description,
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    return wrap


@contextlib.contextmanager
def status(text, console=None):
    """Shows `text` and a spinner on the terminal while the block runs."""
    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(text):
        yield


@contextlib.contextmanager
def loading_tensorflow():
    """Shows a spinner while the block imports, and keeps native start-up logs out.

    TensorFlow's libraries log to the file descriptor before any setting can stop them.
    `tfmetric --traceback` lets them through.
    """
    if "tensorflow" in sys.modules or "--traceback" in sys.argv:
        yield
        return
    sys.stderr.flush()
    terminal = os.dup(2)
    with open(os.devnull, "w") as nowhere, os.fdopen(os.dup(2), "w") as screen:
        os.dup2(nowhere.fileno(), 2)
        try:
            with status("Loading TensorFlow", Console(file=screen)):
                yield
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)


def table(columns, rows):
    """Writes a table to stdout; tab-separated where that is not a terminal.

    Args:
        columns: heading of each column.
        rows: lists of text.
    """
    console = Console()
    if not console.is_terminal:
        for row in (columns, *rows):
            print("\t".join(row))
        return
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        grid.add_column(column, overflow="fold")
    for row in rows:
        grid.add_row(*map(escape, row))
    console.print(grid)
