"""The picture of a code: which bits are set in which class."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from tfmetric._core._bits import unpack_bits
from tfmetric._core._checks import as_codes, as_labels
from tfmetric.evaluation._drawing import as_names
from tfmetric.evaluation._fonts import with_fonts

_MOST_NAMES = 40  # of classes to write beside their rows


def bit_heatmap(codes, labels, bits, *, class_names=None, title=None):
    """Draws for each class and bit the share of items that have the bit set.

    A good supervised code has rows of saturated colour that differ: each class agrees
    with itself and not with others. The row above is of all items: a bit that is
    saturated there is the same everywhere and carries nothing. A pale column splits
    classes in themselves, two equal columns say one thing twice, and two equal rows are
    classes that the code cannot tell apart.

    Args:
        codes: (items, ceil(bits / 8)) packed uint8, at least one.
        labels: (items,) labels.
        bits: length of the code.
        class_names: names to write instead of labels: a dict, or a sequence if labels
            are places in it.
        title: text above.

    Returns:
        `matplotlib.figure.Figure`.

    Raises:
        ValueError: no codes, codes of another length, or a label without a name.
    """
    codes = as_codes(codes, "codes")
    labels = as_labels(labels, len(codes), "labels")
    if len(codes) == 0:
        raise ValueError("Expected at least one code to draw. Received: none")
    ones = unpack_bits(codes, bits) > 0
    classes = np.unique(labels)
    names = as_names(classes, len(classes), class_names, "labels")
    shares = np.stack([ones[labels == label].mean(axis=0) for label in classes])

    height = np.clip(0.24 * len(classes), 1.2, 7.0)
    width = np.clip(0.13 * bits, 4.0, 11.0) + 2.2
    figure = Figure(figsize=(width, height + 1.6), dpi=120, layout="constrained")
    everything, each = figure.subplots(
        2, 1, sharex=True, height_ratios=[max(1, len(classes) / 16), len(classes)]
    )
    _draw(everything, ones.mean(axis=0)[None], ["all items"])
    image = _draw(each, shares, names)
    each.set_xlabel("bit")
    each.xaxis.set_major_locator(MaxNLocator(integer=True))
    bar = figure.colorbar(image, ax=[everything, each], pad=0.02)
    bar.set_label("share of items with the bit set")
    if title:
        figure.suptitle(title, fontsize=13)
    return with_fonts(figure)


def _draw(axes, shares, names):
    """Purple for 1, orange for 0, white for half and half: no eye confuses them."""
    image = axes.imshow(
        shares, cmap="PuOr", vmin=0, vmax=1, aspect="auto", interpolation="nearest"
    )
    if len(names) <= _MOST_NAMES:
        axes.set_yticks(range(len(names)), names)
    else:
        axes.set(yticks=[], ylabel=f"{len(names)} classes")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return image
