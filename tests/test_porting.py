"""The page for those who come from other libraries names only what is here."""

import importlib
import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[1] / "docs" / "porting.md").read_text(encoding="utf-8")
ROOMS = "data|distances|evaluation|layers|losses|metrics|miners|models|retrieval"
EXPRESSIONS = sorted(set(re.findall(rf"`((?:{ROOMS})\.[^`]+)`", PAGE)))


@pytest.fixture(scope="module")
def names():
    rooms = ROOMS.split("|")
    found = {room: importlib.import_module(f"tfmetric.{room}") for room in rooms}
    return {**found, "num_classes": 5}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_expression_runs(names, expression):
    assert eval(expression, names) is not None


def test_there_are_expressions_to_run():
    assert len(EXPRESSIONS) > 90
