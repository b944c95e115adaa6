"""A saved model loads in a process that has imported `tfmetric` and nothing else."""

import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from conformance.exports import (
    BATCH_LOSSES,
    COLUMNS,
    FEATURE_LOSSES,
    PROXY_LOSSES,
    TARGET_LOSSES,
    TUPLE_LOSSES,
    UNLABELLED_LOSSES,
    VIEW_LOSSES,
    VIEWS,
    batch,
    build,
    classes,
    distance_settings,
    head,
)

import tfmetric
from tfmetric import layers, losses, miners

SCRIPT = """
import json, sys
import tfmetric
import keras, numpy as np, tensorflow as tf
tf.config.run_functions_eagerly(True)
model = keras.saving.load_model(sys.argv[1])
data = np.load(sys.argv[2])
targets = {name: data[name] for name in model.output_names}
print(json.dumps(model.evaluate(data["x"], targets, verbose=0, return_dict=True)))
"""


def every_loss():
    """All exported losses, with other settings than the defaults, and one function."""
    named = {
        item.__name__: build(item, **distance_settings(item)[0]) for item in BATCH_LOSSES
    }
    others = (*PROXY_LOSSES, *TARGET_LOSSES, *TUPLE_LOSSES, *VIEW_LOSSES)
    unlabelled = (*FEATURE_LOSSES, *UNLABELLED_LOSSES)
    named |= {item.__name__: build(item) for item in (*others, *unlabelled)}
    named["sum"] = losses.MultipleLosses({"near": "triplet", "far": "contrastive"})
    for item in classes(miners, miners.Miner):
        named[item.__name__] = losses.TripletLoss(strategy=build(item))
    return {**named, "function": losses.triplet_loss}


def every_layer():
    embedding = (layers.regularizers.ZeroMean, layers.regularizers.Spherical)
    regularized = [keras.layers.Dense(4, activity_regularizer=item()) for item in embedding]
    return [*map(build, classes(layers, keras.layers.Layer)), *regularized]


def several(item):
    """A layer that gives views, as many as a loss wants."""
    count = VIEWS.get(item.__name__, 2)
    stack = [keras.layers.Dense(count * 3), keras.layers.Reshape((count, 3))]
    return keras.Sequential(stack, name=item.__name__)


def model_of(named):
    hidden = inputs = keras.Input((4,))
    for layer in every_layer():
        hidden = keras.layers.Flatten()(layer(keras.layers.Dense(4)(hidden)))
    last = {name: keras.layers.Dense(COLUMNS.get(name, 3), name=name) for name in named} | {
        item.__name__: head(item, name=item.__name__) for item in PROXY_LOSSES
    }
    last |= {item.__name__: several(item) for item in VIEW_LOSSES}
    outputs = {name: layer(hidden) for name, layer in last.items()}
    model = keras.Model(inputs, outputs)
    model.compile("sgd", loss=named, run_eagerly=True)
    return model


@pytest.mark.filterwarnings("ignore:Even though the:UserWarning")
def test_loads_after_the_import_alone(tmp_path, uncompiled):
    keras.utils.set_random_seed(11)
    labels, x = batch()
    named = every_loss()
    model = model_of(named)
    targets = dict.fromkeys(named, labels % 2)
    targets |= {item.__name__: x for item in FEATURE_LOSSES}
    expected = model.evaluate(x, targets, verbose=0, return_dict=True)
    assert set(expected) == {"loss", *(f"{name}_loss" for name in named)}

    path, data = tmp_path / "model.keras", tmp_path / "data.npz"
    model.save(path)
    np.savez(data, x=x, **targets)
    home = str(Path(tfmetric.__file__).parents[1])
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path), str(data)],
        env={**os.environ, "PYTHONPATH": home},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    found = json.loads(run.stdout.splitlines()[-1])
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-6)
