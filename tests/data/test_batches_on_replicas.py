"""Two replicas share each batch, and no image comes twice in an epoch."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import tfmetric

EPOCH = 4  # batches: 64 images of 8 classes, 16 at a time


@pytest.fixture(scope="module")
def found():
    script = Path(__file__).with_name("batches_on_replicas.py")
    roots = [str(Path(tfmetric.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    run = subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(roots)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout.splitlines()[-1])


@pytest.mark.parametrize("way", ["distribute_dataset", "from_function"])
def test_replicas_have_the_halves_of_each_batch(found, way):
    steps = found[way]
    assert all(len(share) == 8 for shares in steps for share in shares)
    assert [first + second for first, second in steps] == found["alone"]
    assert sorted(np.ravel(steps).tolist()) == list(range(64))


def test_fit_trains_on_each_image_once_an_epoch(found):
    """Replicas note their shares side by side; of two, which is first differs."""
    shares = found["fit"]
    assert len(shares) == 3 * EPOCH * 2
    epochs = [np.ravel(shares[i : i + 2 * EPOCH]) for i in range(0, 24, 2 * EPOCH)]
    assert all(sorted(epoch.tolist()) == list(range(64)) for epoch in epochs)
    assert not np.array_equal(epochs[0], epochs[1])


def test_a_resumed_fit_goes_on_within_an_epoch(found):
    rest = found["fit"][2 * 6 : 2 * (6 + EPOCH)]
    assert by_step(found["resumed"]) == by_step(rest)


def by_step(shares):
    pairs = zip(shares[::2], shares[1::2], strict=True)
    return [sorted(first + second) for first, second in pairs]
