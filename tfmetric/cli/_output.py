"""Output that appears whole or not at all, and never in the place of something else."""

import contextlib
import json
import shutil
from pathlib import Path
from uuid import uuid4

from tfmetric import __version__
from tfmetric._core._files import whole_file

MANIFEST = "tfmetric.json"


@contextlib.contextmanager
def new_folder(path, kind, overwrite=False):
    """Gives a folder to write to, which takes its place when the block has succeeded.

    Args:
        path: the folder it becomes. Missing parents are made.
        kind: what tfmetric writes there, such as "model".
        overwrite: replace what tfmetric wrote there before, of the same kind.

    Raises:
        ValueError: `path` exists and may not be replaced.
    """
    path = Path(path).resolve()
    _check_free(path, kind, overwrite)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{uuid4().hex}")
    part.mkdir()
    try:
        yield part
        if path.exists():
            _check_free(path, kind, overwrite)
            _swap(part, path)
        else:
            part.rename(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextlib.contextmanager
def new_file(path, overwrite=False):
    """Gives a path to write to, which takes its place when the block has succeeded.

    Raises:
        ValueError: `path` exists and may not be replaced, or is a folder.
    """
    with whole_file(check_new_file(path, overwrite)) as part:
        yield part


def check_new_file(path, overwrite=False):
    """Returns `path` if a file may be written there.

    Raises:
        ValueError: `path` exists and may not be replaced, or is a folder.
    """
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"Expected a path for a new file. Received: folder {str(path)!r}")
    if path.exists() and not overwrite:
        raise _exists(path)
    return path


def write_manifest(folder, kind, settings):
    """Writes what the folder is; call it last, for it lists the files that are there."""
    files = sorted(file.name for file in folder.iterdir())
    manifest = {"kind": kind, "tfmetric": __version__, **settings, "files": files}
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def read_manifest(folder, kind):
    """Returns what `write_manifest` wrote.

    Raises:
        ValueError: the folder is none that tfmetric wrote, or of another kind.
    """
    folder = Path(folder)
    expected = f"Expected the folder of {_a(kind)} that tfmetric wrote."
    if not folder.is_dir():
        raise ValueError(f"{expected} Received: {str(folder)!r}, which is no folder")
    if not (folder / MANIFEST).is_file():
        raise ValueError(f"{expected} Received: {str(folder)!r}, without {MANIFEST}")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        found = manifest["kind"]
    except (ValueError, KeyError, TypeError):
        raise ValueError(
            f"{expected} Received: {str(folder)!r}, whose {MANIFEST} is damaged"
        ) from None
    if found != kind:
        raise ValueError(f"{expected} Received: {str(folder)!r}, which is {_a(found)}")
    return manifest


def _check_free(path, kind, overwrite):
    """Refuses a path that exists, unless it holds only what tfmetric wrote there."""
    if not path.exists():
        return
    if not overwrite:
        raise _exists(path)
    if path.is_dir() and not any(path.iterdir()):
        return
    known = {MANIFEST, *read_manifest(path, kind).get("files", [])}
    others = sorted({file.name for file in path.iterdir()} - known)
    if others:
        raise ValueError(
            "Expected a folder to overwrite with nothing in it but what tfmetric wrote. "
            f"Received: {str(path)!r}, which holds {others[0]!r}"
        )


def _swap(part, path):
    """Puts `part` in the place of `path`, or leaves `path` as it was."""
    old = path.with_name(f".{path.name}.{uuid4().hex}")
    path.rename(old)
    try:
        part.rename(path)
    except BaseException:
        old.rename(path)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _exists(path):
    return ValueError(
        "Expected an output that does not exist yet; choose another or give --overwrite. "
        f"Received: {str(path)!r}"
    )


def _a(kind):
    return f"an {kind}" if str(kind)[:1] in "aeiou" else f"a {kind}"
