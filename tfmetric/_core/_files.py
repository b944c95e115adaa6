"""Files that appear whole or not at all."""

import contextlib
import os
from pathlib import Path
from uuid import uuid4


@contextlib.contextmanager
def whole_file(path):
    """Gives a path to write to, which takes the place of `path` when the block succeeds.

    Missing folders are made, a file already there is replaced.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{uuid4().hex}{path.suffix}")
    try:
        yield unfinished
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_text(path, text):
    """Writes a text file as UTF-8, whole or not at all; returns its `Path`.

    What is no text, as in the name of a file from elsewhere, becomes a question mark.
    """
    with whole_file(path) as unfinished:
        unfinished.write_bytes(text.encode("utf-8", "replace"))
    return Path(path)
