"""The picture of a training: every logged number, epoch by epoch."""

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from tfmetric.evaluation._drawing import BLUE, ORANGE


def training_curves(history):
    """Draws each loss term and metric of a training, beside its validation twin.

    Args:
        history: what `model.fit` returned, or its `history` dict: lists of one number
            per epoch. "val_loss" is drawn beside "loss", and so on.

    Returns:
        `matplotlib.figure.Figure`, one panel per term.

    Raises:
        ValueError: no epochs.
    """
    series = getattr(history, "history", history)
    terms = [name for name in series if not name.startswith("val_")]
    if not terms or not all(len(values) for values in series.values()):
        raise ValueError(
            f"Expected the history of at least one epoch. Received: {series!r}"
        )
    columns = min(len(terms), 4)
    rows = -(-len(terms) // columns)
    figure = Figure(figsize=(3.4 * columns, 2.8 * rows), dpi=120, layout="constrained")
    for place, term in enumerate(terms, start=1):
        axes = figure.add_subplot(rows, columns, place)
        _draw(axes, series[term], "training", BLUE, "solid")
        if f"val_{term}" in series:
            _draw(axes, series[f"val_{term}"], "validation", ORANGE, "dashed")
            axes.legend(frameon=False, fontsize=8)
        axes.set_title(term.replace("_", " "), fontsize=10)
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#E5E5E5")
    return figure


def _draw(axes, values, label, color, style):
    epochs = range(1, len(values) + 1)
    axes.plot(epochs, values, color=color, linestyle=style, marker=".", label=label)
