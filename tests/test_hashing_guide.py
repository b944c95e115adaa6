"""The guide to codes runs as printed, and the settings of the papers build and train."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest

from tfmetric import layers, models
from tfmetric.losses import hashing

GUIDE = (Path(__file__).parents[1] / "docs" / "hashing.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\w+)[^|]* \| (`.+`.*) \|$", GUIDE, re.MULTILINE)


def test_python_blocks_run():
    blocks = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    names = {}
    for block in blocks:
        exec(re.sub(r"epochs=\d+", "epochs=1, verbose=0", block), names)
    assert names["matches"].ids.shape == (200, 10)
    assert {"embedding_loss", "hash_loss", "balance_loss"} <= set(names["history"])


@pytest.mark.parametrize(("paper", "settings"), ROWS, ids=[paper for paper, _ in ROWS])
def test_settings_of_the_papers_train(paper, settings):
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(16, 6)).astype(np.float32), np.arange(16) % 4
    making = {"K": 8, "C": 4, "layers": layers, **vars(hashing)}
    network, compiled, fitted = {}, {}, {}
    for part in re.findall(r"`([^`]+)`", settings):
        if part.startswith("fit(callbacks="):
            fitted = eval(part.replace("fit", "dict"), making)
        elif part.startswith("loss_weights="):
            compiled |= eval(f"dict({part})", making)
        elif part.startswith(("activation=", "num_classes=")):
            network |= eval(f"dict({part})", making)
        elif part == "fit(images, features)":
            labels = x
        else:
            compiled["loss"] = eval(part, making)
    model = models.HashingNetwork(encoder(), 8, **network)
    model.compile("sgd", **compiled)
    losses = model.fit(x, labels, epochs=2, verbose=0, **fitted).history["loss"]
    assert np.isfinite(losses).all()
    assert losses[0] != losses[1]


def encoder():
    return keras.Sequential([keras.Input((6,)), keras.layers.Dense(8)])


def test_every_paper_is_found():
    assert len(ROWS) == 14
