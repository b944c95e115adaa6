"""The guide to evaluation runs as printed, and names only what there is."""

import re
from pathlib import Path

import numpy as np

from tfmetric import data, evaluation
from tfmetric.evaluation import Report

GUIDE = (Path(__file__).parents[1] / "docs" / "evaluation.md").read_text(encoding="utf-8")


def test_python_blocks_run(tmp_path, monkeypatch):
    digits = data.load_digits()
    few = digits.subset(np.arange(0, len(digits), 10))
    monkeypatch.setattr(data, "load_digits", lambda: few)
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL):
        block = block.replace("7, 8)", "4, 4, batches=2)")
        exec(block.replace("epochs=10", "epochs=1, verbose=0"), names)
    assert names["report"].queries == np.isin(few.labels, [4, 7, 9]).sum()
    assert names["worst"][0] in (4, 7, 9)
    assert names["history"].history["val_unknown_map_at_r"]
    assert (tmp_path / "best.keras").is_file()
    assert 0 <= names["scores"].far <= 1
    assert names["page"].startswith("<!doctype html>")


def test_tables_name_what_there_is():
    scores = re.findall(r"^\|[^|]+\| (`.*) \|$", GUIDE, re.MULTILINE)
    named = set(re.findall(r"`(\w+)(?:\[k\])?`", " ".join(scores)))
    assert len(named) > 10
    assert named <= set(Report.__dataclass_fields__)
    pictures = re.findall(r"^\| (`.*`) \| [^`|]+ \|$", GUIDE, re.MULTILINE)
    drawn = set(re.findall(r"`(\w+)`", " ".join(pictures)))
    assert len(drawn) == 10
    assert drawn <= set(evaluation.__all__)
