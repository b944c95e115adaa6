"""Runs a SavedModel on an array, by TensorFlow and NumPy alone.

A script, not a module: `python -P _run_saved_model.py DIRECTORY IMAGES.npy OUTPUTS.npz`.
"""

import sys

import numpy as np
import tensorflow as tf

_BATCH = 64


def main(directory, inputs, outputs):
    """Saves the outputs of "serving_default" for the images in file `inputs`."""
    serve = tf.saved_model.load(directory).signatures["serving_default"]
    images = np.load(inputs)
    starts = range(0, max(len(images), 1), _BATCH)
    batches = [
        serve(images=tf.constant(images[start : start + _BATCH], tf.float32))
        for start in starts
    ]
    if "tfmetric" in sys.modules:
        raise SystemExit("tfmetric was imported: the model does not stand alone")
    np.savez(
        outputs,
        **{name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]},
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
