"""The picture of a training: every logged number, epoch by epoch."""

from itertools import cycle

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from tfmetric.evaluation._drawing import BLUE, COLORS, ORANGE
from tfmetric.evaluation._fonts import with_fonts

_LOOKS = {
    "training": {"color": BLUE, "linestyle": "solid", "marker": "o"},
    "validation": {"color": ORANGE, "linestyle": "dashed", "marker": "s"},
}
_OTHER_LOOKS = [
    {"color": COLORS[2], "linestyle": "dotted", "marker": "^"},
    {"color": COLORS[3], "linestyle": "dashdot", "marker": "D"},
    {"color": COLORS[6], "linestyle": (0, (1, 3)), "marker": "v"},
]
_MOST_MARKED = 25  # epochs of which each has a marker


def training_curves(history):
    """Draws each number that a training logged, beside what validation logged of it.

    "val_loss" is drawn in the panel of "loss", and so on. What
    `tfmetric.evaluation.RetrievalCallback` logs has panels of its own, several sets in
    one: "val_map_at_r" and "val_unknown_map_at_r" are two curves of "map at r".

    Args:
        history: what `model.fit` returned, or its `history` dict: lists of one number
            per epoch.

    Returns:
        `matplotlib.figure.Figure`, one panel per term.

    Raises:
        ValueError: no epochs.
    """
    series = getattr(history, "history", history)
    if not series or not all(len(values) for values in series.values()):
        raise ValueError(
            f"Expected the history of at least one epoch. Received: {series!r}"
        )
    panels = _panels(series)
    looks = _looks(panels)
    columns = min(len(panels), 4)
    rows = -(-len(panels) // columns)
    figure = Figure(figsize=(3.4 * columns, 2.8 * rows), dpi=120, layout="constrained")
    for place, (term, curves) in enumerate(panels.items(), start=1):
        axes = figure.add_subplot(rows, columns, place)
        for name, values in curves.items():
            _draw(axes, values, name, looks[name])
        if set(curves) != {"training"}:
            axes.legend(frameon=False, fontsize=8)
        axes.set_title(term.replace("_", " "), fontsize=10)
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#E5E5E5")
    return with_fonts(figure)


def _panels(series):
    """Dict from term to its curves, themselves a dict from their name to values."""
    validated = [name.removeprefix("val_") for name in series if name.startswith("val_")]
    panels = {}
    for name, values in series.items():
        term, curve = name.removeprefix("val_"), "validation"
        if term == name:
            curve = "training"
        elif term not in series:
            shorter = [other for other in validated if term.endswith(f"_{other}")]
            if shorter:
                shared = max(shorter, key=len)
                curve, term = term.removesuffix(f"_{shared}").replace("_", " "), shared
        panels.setdefault(term, {})[curve] = values
    return panels


def _looks(panels):
    """Dict from the name of a curve to its look, the same in all panels."""
    others = [name for curves in panels.values() for name in curves if name not in _LOOKS]
    return _LOOKS | dict(zip(dict.fromkeys(others), cycle(_OTHER_LOOKS), strict=False))


def _draw(axes, values, name, look):
    epochs = range(1, len(values) + 1)
    spacing = -(-len(values) // _MOST_MARKED)
    axes.plot(epochs, values, label=name, markersize=4, markevery=spacing, **look)
