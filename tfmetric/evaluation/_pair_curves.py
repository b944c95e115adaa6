"""The pictures of verification: what a threshold on the distance of two items can do."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from sklearn.metrics import average_precision_score, precision_recall_curve

from tfmetric._core._checks import check_number
from tfmetric.evaluation._drawing import GRAY, line_look, literal
from tfmetric.evaluation._fonts import with_fonts
from tfmetric.metrics import roc_curve, verification_scores
from tfmetric.metrics._roc import as_pairs

_MARKERS = "osD^vP*"


def roc_curves(pairs, *, far=0.01, title=None):
    """Draws the share of same pairs accepted against that of different pairs accepted.

    Each threshold on the distance is a point of the curve. The left panel shows all of
    it, with the equal error rate where it meets the falling diagonal. The right panel
    stretches the few false acceptances that an application can bear, and marks the share
    of same pairs accepted at `far`. Choose it where a threshold is to decide, as in "is
    this the same person?".

        TAR = accepted same pairs / same pairs
        FAR = accepted different pairs / different pairs

    Args:
        pairs: dict from a name to (distances, same), each (pairs,): finite numbers that
            grow with remoteness, and 1 where the two are of one class, else 0. See
            `tfmetric.metrics.pair_distances`.
        far: false acceptance rate to mark, above 0 and below 1.
        title: text above.

    Returns:
        `matplotlib.figure.Figure`.

    Raises:
        ValueError: no pairs, bad input, or only one kind of pair.

    Cost: O(pairs * log pairs) time.
    """
    named = _checked(pairs)
    if not 0 < check_number(far, "far") < 1:
        raise ValueError(f"Expected far above 0 and below 1. Received: {far!r}")
    figure = Figure(figsize=(9.2, 4.8), dpi=120, layout="constrained")
    whole, low = figure.subplots(1, 2, sharey=True)
    whole.plot([0, 1], [1, 0], color=GRAY, linewidth=0.8, linestyle="dotted")
    low.axvline(far, color=GRAY, linewidth=0.8, linestyle="dotted")
    for number, (name, judged) in enumerate(named.items()):
        curve, look = roc_curve(*judged), line_look(number)
        scores = verification_scores(*judged, far=far)
        label = f"{name}: AUC {scores.auc:.3f}, EER {scores.eer:.3f}"
        whole.plot(curve.far, curve.tar, label=label, **look)
        _mark(whole, scores.eer, 1 - scores.eer, number)
        (tar,) = scores.tar_at_far.values()
        low.step(curve.far, curve.tar, where="post", label=f"{name}: TAR {tar:.3f}", **look)
        _mark(low, far, tar, number)
    fewest = min(1 / np.sum(~same) for _, same in named.values())
    whole.set_title("all thresholds (marked: equal error)", fontsize=11)
    whole.set(xlabel="different pairs accepted (FAR)", ylabel="same pairs accepted (TAR)")
    low.set_title(f"few accepted wrongly (marked: FAR {far:g})", fontsize=11)
    low.set(xlabel="different pairs accepted (FAR)", xscale="log")
    low.set_xlim(min(fewest, far) / 1.5, 1)
    low.xaxis.set_major_formatter(FuncFormatter(lambda rate, _: f"{rate:g}"))
    return _finished(figure, (whole, low), title)


def precision_recall_curves(pairs, *, title=None):
    """Draws how many of the accepted pairs are same, against how many same are accepted.

    Choose it over `roc_curves` where same pairs are rare and a wrong acceptance costs
    the more. Precision depends on how many pairs of each kind there are, so compare only
    curves of like pairs; the dotted line is the precision of accepting all. The point of
    the highest F1 is marked.

        precision = accepted same pairs / accepted pairs
        recall    = accepted same pairs / same pairs
        F1        = 2 * precision * recall / (precision + recall)

    Args:
        pairs: dict from a name to (distances, same), each (pairs,): finite numbers that
            grow with remoteness, and 1 where the two are of one class, else 0.
        title: text above.

    Returns:
        `matplotlib.figure.Figure`.

    Raises:
        ValueError: no pairs, bad input, or only one kind of pair.

    Cost: O(pairs * log pairs) time.
    """
    figure = Figure(figsize=(5.6, 4.8), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    for number, (name, (distances, same)) in enumerate(_checked(pairs).items()):
        precision, recall, _ = precision_recall_curve(same, -distances)
        average = average_precision_score(same, -distances)
        f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
        best = np.argmax(f1)
        label = f"{name}: average {average:.3f}, F1 {f1[best]:.3f}"
        look = line_look(number)
        axes.step(recall, precision, where="post", label=label, **look)
        _mark(axes, recall[best], precision[best], number)
        chance = {**look, "linestyle": "dotted", "linewidth": 0.8}
        axes.axhline(same.mean(), **chance)
    axes.set(xlabel="recall", ylabel="precision (marked: highest F1)")
    return _finished(figure, [axes], title)


def _checked(pairs):
    """Dict from name to checked distances and same."""
    if not isinstance(pairs, dict) or not pairs:
        raise ValueError(
            "Expected pairs as a dict from a name to (distances, same). "
            f"Received: {pairs!r}"
        )
    return {literal(name): as_pairs(*judged) for name, judged in pairs.items()}


def _mark(axes, x, y, number):
    look = line_look(number)["color"]
    axes.plot(
        x,
        y,
        color=look,
        marker=_MARKERS[number % len(_MARKERS)],
        markersize=8,
        markeredgecolor="white",
        zorder=3,
        clip_on=False,
    )


def _finished(figure, panels, title):
    for axes in panels:
        axes.set_ylim(-0.02, 1.02)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="#E5E5E5")
        below = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.14)}
        axes.legend(**below, fontsize=9, frameon=False)
    if title:
        figure.suptitle(title, fontsize=13)
    return with_fonts(figure)
