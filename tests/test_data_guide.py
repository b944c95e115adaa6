"""The guide to data runs as printed, on the files that it speaks of."""

import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from tfmetric import data

GUIDE = (Path(__file__).parents[1] / "docs" / "data.md").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Digits, photographs, a table of faces and one of sentences, in the working folder."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (80, 28, 28), np.uint8)
    np.savez("digits.npz", images=images, labels=np.arange(80) % 10)
    for name in ("cat/1.png", "cat/2.png", "owl/1.png", "owl/2.png"):
        Path("photos", name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(f"photos/{name}", rng.integers(0, 256, (48, 60, 3), np.uint8))
    Path("photos/cat/note.txt").write_text("no image")
    Path("faces.csv").write_text(
        "first,second,same\ncat/1.png,cat/2.png,1\ncat/1.png,owl/1.png,0\n"
    )
    Path("sentences.csv").write_text("a,b,score\nHi,Hello,4.5\nHi,Bye,1\n")


@pytest.mark.usefixtures("folder")
def test_python_blocks_run():
    blocks = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    names = {}
    for block in blocks:
        exec(re.sub(r"epochs=\d+", "epochs=1, verbose=0", block), names)
    assert names["vectors"].shape == (4, 16)
    assert [Path(path).name for path, _ in names["photos"].skipped] == ["note.txt"]


def test_names_of_the_room_are_there():
    names = set(re.findall(r"`(?:data\.)?((?:load|open|make|split)_\w+)", GUIDE))
    assert len(names) >= 10
    assert names <= {*data.__all__}
