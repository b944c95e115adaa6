"""Losses on views, the memory and regularisers: one replica or many do the same."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conformance.exports import VIEW_LOSSES
from conformance.train_views_on_replicas import REGULARIZERS

import tfmetric
from tfmetric.layers import CrossBatchMemory
from tfmetric.losses import BatchLoss, ViewLoss

ROOTS = [str(Path(__file__).parents[1]), str(Path(tfmetric.__file__).parents[1])]
MOVERS = [*VIEW_LOSSES, *REGULARIZERS, CrossBatchMemory]


@pytest.fixture(scope="module")
def trained():
    script = Path(__file__).with_name("train_views_on_replicas.py")
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


SEVERAL = pytest.mark.parametrize("replicas", ["2", "4"])


@SEVERAL
@pytest.mark.parametrize("name", [item.__name__ for item in MOVERS])
def test_replicas_train_the_weights_of_one(trained, name, replicas):
    """The last batch has three rows, which leaves one replica of four without any."""
    step = np.array(trained["1"]["moved"][name])
    assert np.abs(step).max() > 1e-3
    moved = trained[replicas]["moved"][name]
    np.testing.assert_allclose(moved, step, atol=1e-5, rtol=1e-4)


@SEVERAL
def test_every_replica_remembers_the_same(trained, replicas):
    ((embeddings, labels), _) = trained["1"]["remembered"]
    assert np.ptp(embeddings, axis=0).min() > 0.1
    assert set(labels) == {2**40, 2**40 + 1, 2**40 + 2, 2**40 + 3}
    copies = trained[replicas]["remembered"]
    assert len(copies) == int(replicas) + 1  # and what is saved
    for found in copies:
        np.testing.assert_allclose(found[0], embeddings, atol=1e-5)
        assert found[1] == labels


@SEVERAL
def test_the_metric_of_a_loss_logs_the_same(trained, replicas):
    (expected,) = trained["1"]["logged"]
    assert expected > 0.1
    assert trained[replicas]["logged"] == pytest.approx([expected], rel=1e-5)


def test_no_loss_gathers_in_a_way_of_its_own():
    """The script calls them within one loss, so what it shows holds for each."""
    for item in VIEW_LOSSES:
        assert item.__call__ in (ViewLoss.__call__, BatchLoss.__call__)
