"""One replica or many train one code: statistics and halves are of the global batch."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import tfmetric

SCRIPT = Path(__file__).with_name("train_codes_on_replicas.py")


@pytest.fixture(scope="module")
def moved():
    run = subprocess.run(
        [sys.executable, str(SCRIPT)],
        env={**os.environ, "PYTHONPATH": str(Path(tfmetric.__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout.splitlines()[-1])


@pytest.mark.parametrize("activation", ["BiHalf", "TanhContinuation"])
@pytest.mark.parametrize("replicas", ["2", "4"])
def test_replicas_one_of_them_empty_train_the_weights_of_one(moved, activation, replicas):
    one, many = moved[activation]["1"], moved[activation][replicas]
    assert np.abs(one[0]).max() > 1e-2
    for expected, found in zip(one, many, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)
