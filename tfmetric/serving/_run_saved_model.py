"""Runs a SavedModel on arrays, by TensorFlow and NumPy alone.

A script, not a module: `python -P _run_saved_model.py DIRECTORY INPUTS.npz OUTPUTS.npz`.
The inputs have the names that the SavedModel gives them, or are one array named "only".
"""

import sys

import numpy as np
import tensorflow as tf

_BATCH = 64


def main(directory, inputs, outputs):
    """Saves the outputs of "serving_default" for the arrays in file `inputs`."""
    serve = tf.saved_model.load(directory).signatures["serving_default"]
    with np.load(inputs) as arrays:
        columns = {
            name: tf.cast(arrays["only" if "only" in arrays else name], spec.dtype)
            for name, spec in serve.structured_input_signature[1].items()
        }
    length = len(next(iter(columns.values())))
    batches = [
        serve(**{name: rows[start : start + _BATCH] for name, rows in columns.items()})
        for start in range(0, max(length, 1), _BATCH)
    ]
    if "tfmetric" in sys.modules:
        raise SystemExit("tfmetric was imported: the model does not stand alone")
    np.savez(
        outputs,
        **{name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]},
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
