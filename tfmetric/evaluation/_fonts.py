"""Fonts for names that Matplotlib's usual one cannot write, such as Chinese ones."""

import warnings
from functools import cache
from pathlib import Path

from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.text import Text

# They claim all letters and draw boxes, or colours that Matplotlib leaves out.
_USELESS = ("Last Resort", "LastResort", "Color")


def with_fonts(figure):
    """Gives the texts of a figure installed fonts that have their letters.

    Returns:
        The figure.
    """
    for text in figure.findobj(Text):
        missing = _missing(text.get_text(), findfont(text.get_fontproperties()))
        if missing:
            text.set_fontfamily([*text.get_fontfamily(), *_fallback(missing)[0]])
            text.set_text(boxed(text.get_text()))
    return figure


def boxed(letters):
    """A text with boxes for letters that no installed font has, and a warning of them."""
    missing = _missing(letters, findfont(FontProperties()))
    nowhere = _fallback(missing)[1] if missing else ()
    if nowhere:
        _warn()
    return "".join("□" if letter in nowhere else letter for letter in letters)


@cache
def _warn():
    """Once in a process, for one picture after another would say the same."""
    warnings.warn(
        "No installed font has all letters of the names in the pictures; install one that "
        "does, such as Noto Sans CJK for Chinese.",
        stacklevel=1,
    )


def _missing(letters, path):
    font = get_font(path)
    return frozenset(
        letter
        for letter in letters
        if not letter.isascii() and not font.get_char_index(ord(letter))
    )


@cache
def _fallback(letters):
    """Families that together have most of some letters, and the letters in none."""
    fonts = {
        font.name: font.fname
        for font in fontManager.ttflist
        if font.style == "normal"
        and font.weight == 400
        and not any(word in font.name for word in _USELESS)
        and Path(font.fname).is_file()
    }
    families = []
    while letters:
        left, _, family = min(
            (len(_missing(letters, path)), "Sans" not in name, name)
            for name, path in fonts.items()
        )
        if left == len(letters):
            break
        families.append(family)
        letters = _missing(letters, fonts[family])
    return families, letters
