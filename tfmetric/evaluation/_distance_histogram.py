"""The picture of two heaps of distances, and of the threshold between them."""

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from tfmetric._core._checks import check_count, check_number
from tfmetric.evaluation._drawing import BLUE, ORANGE
from tfmetric.evaluation._fonts import with_fonts
from tfmetric.metrics._roc import as_pairs

_SAME = {"facecolor": to_rgba(BLUE, 0.45), "edgecolor": BLUE, "linewidth": 1.2}
_DIFFERENT = {"facecolor": "none", "edgecolor": ORANGE, "linewidth": 1.2, "hatch": "////"}


def distance_histogram(distances, same, *, threshold=None, bins=60, title=None):
    """Draws the distances of same pairs and of different pairs, each heap of area one.

    The less the heaps overlap, the better a threshold tells the two apart. Same pairs
    are filled blue, different pairs hatched orange. With a threshold the legend says
    which share of each lies at it or below, which is what it accepts.

    Args:
        distances: (pairs,) finite numbers that grow with remoteness.
        same: (pairs,) 1 where the two are of one class, else 0.
        threshold: distance to mark, or None.
        bins: bars over the whole range.
        title: text above.

    Returns:
        `matplotlib.figure.Figure`.

    Raises:
        ValueError: bad input, or only one kind of pair.
    """
    distances, same = as_pairs(distances, same)
    edges = np.histogram_bin_edges(distances, check_count(bins, "bins"))
    figure = Figure(figsize=(6.4, 4.0), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    for name, chosen, look in (
        ("same class", same, _SAME),
        ("two classes", ~same, _DIFFERENT),
    ):
        heap = distances[chosen]
        label = f"{name}: {len(heap):,} pairs"
        if threshold is not None:
            label += f", {np.mean(heap <= threshold):.1%} accepted"
        axes.hist(heap, edges, density=True, histtype="stepfilled", label=label, **look)
    if threshold is not None:
        name = f"threshold {check_number(threshold, 'threshold'):.3g}"
        axes.axvline(threshold, color="black", linestyle="dashed", label=name)
    axes.set(xlabel="distance", yticks=[])
    axes.spines[["top", "right", "left"]].set_visible(False)
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)
    if title:
        axes.set_title(title, fontsize=13)
    return with_fonts(figure)
