"""Letters that DejaVu lacks: of a font made here, and of none; real ones may be there."""

from functools import cache

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.font_manager import fontManager

from tfmetric.evaluation import (
    _fonts,
    bit_heatmap,
    code_curves,
    distance_histogram,
    embedding_map,
    retrieval_grid,
    roc_curves,
    training_curves,
    worst_queries,
)
from tfmetric.evaluation._drawing import _shorten, as_names
from tfmetric.retrieval import Matches

KNOWN, UNKNOWN = "\U0010fff0", "\U0010fff1"  # for private use: in no font but ours
POINTS = [[0.0, 1.0], [2.0, 0.0], [3.0, 3.0], [4.0, 1.0]]
LABELS = [0, 0, 1, 1]
IMAGES = np.zeros((4, 8, 8), np.uint8)
CODES = np.uint8([[0], [1], [2], [3]])


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(fontManager, "ttflist", list(fontManager.ttflist))
    for name in ("_fallback", "_warn"):
        monkeypatch.setattr(_fonts, name, cache(getattr(_fonts, name).__wrapped__))


@pytest.fixture
def black_box(tmp_path):
    """Installs a font that draws KNOWN as a black box."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 1000), (1000, 1000), (1000, 0)):
        pen.lineTo(corner)
    pen.closePath()
    font = FontBuilder(1000)
    font.setupGlyphOrder([".notdef", "box"])
    font.setupCharacterMap({ord(KNOWN): "box"})
    font.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "box": pen.glyph()})
    font.setupHorizontalMetrics({".notdef": (1000, 0), "box": (1000, 0)})
    font.setupHorizontalHeader(ascent=1000, descent=0)
    font.setupNameTable({"familyName": "Black Box", "styleName": "Regular"})
    font.setupOS2()
    font.setupPost()
    font.save(tmp_path / "box.ttf")
    fontManager.addfont(tmp_path / "box.ttf")


def drawings(name):
    """Pictures, each with a name of a class, a curve or a title in it."""
    names, pairs = ["cat", name], ([0.1, 0.4, 0.7, 0.9], [1, 1, 0, 0])
    found = Matches(np.array([[1], [0], [3], [2]]), np.ones((4, 1)))
    yield retrieval_grid(IMAGES, LABELS, IMAGES, LABELS, found, class_names=names)
    yield worst_queries(IMAGES, LABELS, POINTS, class_names=names)
    yield embedding_map(POINTS, LABELS, class_names=names, method="pca")
    yield bit_heatmap(CODES, LABELS, 8, class_names=names)
    yield code_curves({name: CODES}, LABELS)
    yield distance_histogram(*pairs, title=name)
    yield roc_curves({name: pairs})
    yield training_curves({f"val_{name}_map": [0.1, 0.2], "val_map": [0.1, 0.2]})


def test_letters_are_drawn_by_a_font_that_has_them(black_box):
    (text,) = embedding_map(POINTS[:3], ["a"] * 3, class_names={"a": KNOWN}).axes[0].texts
    assert text.get_text() == KNOWN
    assert text.get_fontfamily()[-1] == "Black Box"
    for figure in drawings(KNOWN):  # Matplotlib's warnings are errors here
        FigureCanvasAgg(figure).draw()


def test_letters_of_no_font_become_boxes_and_are_told_once():
    with pytest.warns(UserWarning, match="install one that does") as told:
        for figure in drawings(UNKNOWN):
            FigureCanvasAgg(figure).draw()
    assert len(told) == 1


def test_one_name_may_need_several_fonts(black_box):
    name = f"é {KNOWN} {UNKNOWN}✓"
    with pytest.warns(UserWarning, match="install one that does"):
        assert as_names([name], 1, None, "labels") == [f"é {KNOWN} □✓"]


def test_usual_letters_do_not_ask_for_other_fonts(monkeypatch):
    monkeypatch.setattr(_fonts, "_fallback", None)
    names = ["cat", "Füße", "кот", "a\tb\nc"]
    assert as_names(names, 4, None, "labels") == [*names[:3], "a b\nc"]
    for figure in drawings("Füße"):
        FigureCanvasAgg(figure).draw()


def test_a_font_that_is_gone_is_not_taken(black_box, tmp_path):
    (tmp_path / "box.ttf").unlink()
    with pytest.warns(UserWarning, match="install one that does"):
        assert as_names([KNOWN], 1, None, "labels") == ["□"]


def test_wide_letters_count_twice():
    assert _shorten("猫" * 8) == "猫" * 8
    assert _shorten("猫" * 9) == "猫" * 7 + "…"
    assert _shorten("x" * 15 + "猫") == "x" * 15 + "…"
    assert _shorten("x" * 16) == "x" * 16
    assert _shorten("x" * 17) == "x" * 15 + "…"
    assert _shorten("") == ""
