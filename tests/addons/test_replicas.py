"""One replica or two train the same weights, in a stock Keras model."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

import tfmetric

ROOTS = [str(Path(__file__).parents[1]), str(Path(tfmetric.__file__).parents[1])]


def test_two_replicas_train_the_weights_of_one():
    script = Path(__file__).with_name("train_on_replicas.py")
    path = os.pathsep.join([*ROOTS, os.environ.get("PYTHONPATH", "")])
    run = subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    moved = json.loads(run.stdout.splitlines()[-1])
    assert len(moved) == 3
    for name, kernels in moved.items():
        assert np.abs(kernels["1"]).max() > 1e-3, name
        np.testing.assert_allclose(
            kernels["2"], kernels["1"], atol=1e-6, rtol=1e-4, err_msg=name
        )
