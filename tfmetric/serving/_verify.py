"""Does an exported network give what the network in memory gave?"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

_CHILD = Path(__file__).with_name("_run_saved_model.py")
_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Verification:
    """What `verify_saved_model` finds; a comparison that was not asked for is None.

    Attributes:
        max_difference: largest difference between any two numbers of the embeddings.
        codes_equal: whether the packed codes agree in every bit.

    >>> print(Verification(max_difference=3e-8, codes_equal=True))
    ok: embeddings within 3e-08, codes equal
    >>> Verification(max_difference=0.5).ok
    False
    """

    max_difference: float | None = None
    codes_equal: bool | None = None

    @property
    def ok(self):
        """Whether embeddings differ by at most 1e-5 and codes not at all."""
        near = self.max_difference is None or self.max_difference <= _TOLERANCE
        return near and self.codes_equal is not False

    def __str__(self):
        found = []
        if self.max_difference is not None:
            found.append(f"embeddings within {self.max_difference:.0e}")
        if self.codes_equal is not None:
            found.append(f"codes {'equal' if self.codes_equal else 'differ'}")
        return f"{'ok' if self.ok else 'not ok'}: {', '.join(found)}"


def verify_saved_model(directory, inputs, *, embedding=None, code=None):
    """Runs an exported network in a process of its own and compares its outputs.

    The other process knows TensorFlow and NumPy only, as a server would. Do this before
    a new version goes into service.

    Args:
        directory: folder of one version, as `export_saved_model` returns it.
        inputs: (items, …) images, texts or what else the network takes; a dict of columns.
        embedding: (items, dim) what the network's `embed` gave for them, or None.
        code: (items, bytes) what its `packed_codes` gave, or None.

    Returns:
        Verification.

    Raises:
        ValueError: no SavedModel there, nothing to compare with, or outputs that the
            exported network does not have or has in another shape.
        RuntimeError: the other process failed; the text ends with what it printed.

    Cost: the start of TensorFlow, some five seconds.
    """
    directory = Path(directory)
    if not (directory / "saved_model.pb").is_file():
        raise ValueError(
            "Expected the folder of one version, as export_saved_model returns it. "
            f"Received: {str(directory)!r}"
        )
    if embedding is None and code is None:
        raise ValueError("Expected embedding, code or both to compare with. Received: None")
    outputs = _run_elsewhere(directory, inputs)
    difference = equal = None
    if embedding is not None:
        served, expected = _pair(outputs, "embedding", embedding)
        difference = float(np.max(np.abs(served - expected), initial=0))
    if code is not None:
        served, expected = _pair(outputs, "code", code)
        equal = served.dtype == expected.dtype and bool(np.array_equal(served, expected))
    return Verification(difference, equal)


def _run_elsewhere(directory, inputs):
    """Outputs of "serving_default" for `inputs`, by name, from another process."""
    columns = inputs if isinstance(inputs, dict) else {"only": inputs}
    with TemporaryDirectory() as folder:
        inputs, outputs = Path(folder, "inputs.npz"), Path(folder, "outputs.npz")
        np.savez(inputs, **{name: _plain(values) for name, values in columns.items()})
        # -P keeps the folder of the script, which is this package, off the path.
        command = [sys.executable, "-P", _CHILD, directory, inputs, outputs]
        quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"}
        child = subprocess.run(command, env=quiet, capture_output=True, text=True)
        if child.returncode != 0:
            tail = "\n".join(child.stderr.strip().splitlines()[-15:])
            raise RuntimeError(f"The exported network failed in its own process:\n{tail}")
        with np.load(outputs) as arrays:
            return dict(arrays)


def _plain(values):
    """Values as an array that NumPy saves without pickle: texts not as objects."""
    array = np.asarray(values)
    return array.astype(str) if array.dtype.kind == "O" else array


def _pair(outputs, name, expected):
    expected = np.asarray(expected)
    if name not in outputs or outputs[name].shape != expected.shape:
        found = ", ".join(f"{key} {value.shape}" for key, value in outputs.items())
        raise ValueError(
            f"Expected outputs with {name} {expected.shape}. Received: {found}"
        )
    return outputs[name], expected
