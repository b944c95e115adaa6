"""The page of loss cards is that of the docstrings, and no card lacks what it must say."""

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "docs" / "make_losses.py"
SPEC = importlib.util.spec_from_file_location("make_losses", SCRIPT)
make_losses = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(make_losses)

WITHOUT_PAPER = ("MultipleLosses", "SelfSupervisedLoss", "TwoAnchorTupleLoss")
CARDS = {item.__name__: (path, room, item) for path, room, item in make_losses.classes()}


def test_the_page_is_up_to_date():
    page = make_losses.PAGE.read_text(encoding="utf-8")
    assert page == make_losses.page(), "run `python docs/make_losses.py`"


@pytest.mark.parametrize("name", CARDS)
def test_every_card_says_what_a_reader_needs(name):
    path, room, item = CARDS[name]
    card = make_losses.card(path, room, item)
    assert "**Cost.**" in card
    assert "\n    " in card, "no formula"
    assert "**Reference.**" in card or name in WITHOUT_PAPER
