"""One replica or many train the same weights, in a stock Keras model."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conformance.exports import (
    BATCH_LOSSES,
    FEATURE_LOSSES,
    PROXY_LOSSES,
    TARGET_LOSSES,
    UNLABELLED_LOSSES,
)

import tfmetric
from tfmetric.losses import BatchLoss, ProxyLoss
from tfmetric.losses._proxy import GlobalRowsLoss
from tfmetric.losses._views import UnlabelledLoss

ROOTS = [str(Path(__file__).parents[1]), str(Path(tfmetric.__file__).parents[1])]


@pytest.fixture(scope="module")
def trained():
    script = Path(__file__).with_name("train_on_replicas.py")
    path = os.pathsep.join([*ROOTS, os.environ.get("PYTHONPATH", "")])
    run = subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=1800,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout.splitlines()[-1])


JOINED = [*BATCH_LOSSES, *UNLABELLED_LOSSES, *PROXY_LOSSES, *TARGET_LOSSES]
NAMES = [item.__name__ for item in (*JOINED, *FEATURE_LOSSES)]


@pytest.mark.parametrize("replicas", ["2", "4"])
@pytest.mark.parametrize("name", [*NAMES, "summed"])
def test_replicas_train_the_weights_of_one(trained, name, replicas):
    """The last batch has three rows, which leaves one replica of four without any."""
    step = np.array(trained["1"][name])
    largest = np.abs(step).max()
    assert largest > 1e-4
    near = min(1e-5, largest / 50)
    np.testing.assert_allclose(trained[replicas][name], step, atol=near, rtol=1e-4)


def test_no_loss_gathers_in_a_way_of_its_own():
    """The script calls them within one loss, so what it shows holds for each."""
    for item in BATCH_LOSSES:
        assert item.__call__ is BatchLoss.__call__
    for item in UNLABELLED_LOSSES:
        assert item.__call__ is UnlabelledLoss.__call__
    for item in PROXY_LOSSES:
        assert item.__call__ is ProxyLoss.__call__
        assert item._global_rows is item.__base__._global_rows
    for item in TARGET_LOSSES:
        assert item.__call__ is GlobalRowsLoss.__call__
        assert item._global_rows is GlobalRowsLoss._global_rows
