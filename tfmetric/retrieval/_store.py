"""Indexes on disk: a folder of .npy files and the manifest that vouches for them.

Data files carry their own hash in their name and are never overwritten with other
content. The manifest is replaced last, in one step; whatever interrupts a save, the
folder holds the old index or the new one, whole.
"""

import hashlib
import json
import os
import re
import uuid
from pathlib import Path

import numpy as np

_MANIFEST = "manifest.json"
_FORMAT = "tfmetric.index"
_VERSION = 1
_OURS = re.compile(r"(codes|ids|vectors)-[0-9a-f]{16}\.npy|\.[0-9a-f]{32}\.part")


def write_index(path, kind, distance, arrays):
    """Saves arrays as the index in folder `path`, in place of the one there.

    Raises:
        ValueError: `path` is a file, or holds somebody else's manifest.json.
    """
    folder = Path(path)
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"Expected path to be a folder. Received: file {folder}")
    if (folder / _MANIFEST).exists():
        _read_manifest(folder)
    folder.mkdir(parents=True, exist_ok=True)
    entries = {name: _write_array(folder, name, a) for name, a in arrays.items()}
    manifest = {
        "format": _FORMAT,
        "version": _VERSION,
        "kind": kind,
        "distance": distance,
        "arrays": entries,
    }
    text = json.dumps(manifest, indent=2).encode()
    part = _write_part(folder, lambda file: file.write(text))
    os.replace(part, folder / _MANIFEST)
    current = {_file_name(name, entry["sha256"]) for name, entry in entries.items()}
    for file in folder.iterdir():
        if _OURS.fullmatch(file.name) and file.name not in current:
            file.unlink()


def read_index(path, kind, names):
    """Reads the index of this kind in folder `path`.

    Returns:
        its distance (None for Hamming) and its arrays, by name.

    Raises:
        ValueError: no index there, of another kind, or damaged.
    """
    folder = Path(path)
    manifest = _read_manifest(folder)
    if manifest.get("kind") != kind:
        raise ValueError(
            f"Expected an index of kind {kind!r} in {folder}. Received: "
            f"{manifest.get('kind')!r}; load_index() opens any kind"
        )
    entries = manifest.get("arrays")
    if not isinstance(entries, dict) or set(entries) != set(names):
        raise _damaged(folder / _MANIFEST)
    arrays = {name: _read_array(folder, name, entries[name]) for name in names}
    if len({len(array) for array in arrays.values()}) > 1:
        raise _damaged(folder / _MANIFEST)
    return manifest.get("distance"), arrays


def read_kind(path):
    """Returns the kind of the index in folder `path`."""
    return _read_manifest(Path(path)).get("kind")


def _damaged(file):
    return ValueError(
        f"Expected {file} as an index was saved there. Received: missing or changed "
        "content; restore it from a copy, or build and save the index again"
    )


def _file_name(name, digest):
    return f"{name}-{digest[:16]}.npy"


def _write_part(folder, write):
    """Writes a file under a passing name, down to the disk."""
    part = folder / f".{uuid.uuid4().hex}.part"
    with part.open("xb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    return part


def _write_array(folder, name, array):
    part = _write_part(folder, lambda file: np.save(file, array, allow_pickle=False))
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    os.replace(part, folder / _file_name(name, digest))
    return {"sha256": digest, "shape": array.shape, "dtype": array.dtype.name}


def _read_array(folder, name, entry):
    """Reads an array, once its hash has shown that the file is as it was saved."""
    digest = str(entry.get("sha256")) if isinstance(entry, dict) else ""
    path = folder / _file_name(name, digest)
    if not re.fullmatch(r"[0-9a-f]{64}", digest) or not path.is_file():
        raise _damaged(path)
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            raise _damaged(path)
        file.seek(0)
        array = np.load(file, allow_pickle=False)
    if [list(array.shape), array.dtype.name] != [entry.get("shape"), entry.get("dtype")]:
        raise _damaged(path)
    return array


def _read_manifest(folder):
    path = folder / _MANIFEST
    if not path.is_file():
        raise ValueError(
            f"Expected a saved index. Received: {folder}, which has no {_MANIFEST}"
        )
    try:
        manifest = json.loads(path.read_bytes())
    except ValueError:
        raise _damaged(path) from None
    if not isinstance(manifest, dict) or manifest.get("format") != _FORMAT:
        raise ValueError(
            f"Expected {path} to describe a tfmetric index. Received: something else; "
            "choose another folder"
        )
    if manifest.get("version") != _VERSION:
        raise ValueError(
            f"Expected {path} to be of format version {_VERSION}. "
            f"Received: {manifest.get('version')!r}"
        )
    return manifest
