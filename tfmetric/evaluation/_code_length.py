"""How long a code should be: the picture, and the rule behind its advice."""

from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from tfmetric._core._bits import packed_bytes
from tfmetric._core._checks import check_not_negative, check_number, check_positive
from tfmetric.evaluation._drawing import BLUE, GRAY, GREEN, ORANGE


@dataclass(frozen=True)
class CodeLength:
    """One length of code, measured.

    Attributes:
        bits: length of the code.
        quality: any score of which more is better, such as mean average precision.
        milliseconds: search time of one query, or None if not measured.
    """

    bits: int
    quality: float
    milliseconds: float | None = None

    @property
    def bytes(self):
        """Bytes that the code of one item takes."""
        return packed_bytes(self.bits)


def recommended_length(rows, tolerance=0.01):
    """The fewest bits whose quality is within `tolerance` of the best of any length.

    More bits always cost memory and time, and beyond some length bring little. Choose
    the tolerance as you would accept a loss of quality for half the memory; let it not
    be smaller than the spread of your score between seeds.

    Args:
        rows: `CodeLength`s, at least one, no length twice.
        tolerance: loss of quality to accept, in units of the score.

    Returns:
        The `CodeLength` to take.

    Raises:
        ValueError: no rows, a length twice, a quality that is not finite, or a time
            that is not above zero.

    >>> rows = [CodeLength(16, 0.70), CodeLength(32, 0.795), CodeLength(64, 0.80)]
    >>> recommended_length(rows).bits
    32
    """
    rows = _as_rows(rows)
    least = max(row.quality for row in rows) - check_not_negative(tolerance, "tolerance")
    return next(row for row in rows if row.quality >= least)


def code_length_curve(
    rows, *, tolerance=0.01, ceiling=None, quality_name="quality", title=None
):
    """Draws quality against the bits of a code, beside what the bits cost.

    The left panel shows quality, with the recommended length ringed: the shortest
    within `tolerance` of the best, whose band is shaded. The right panels show the bytes
    of one item and, where measured, the search time of one query.

    Args:
        rows: `CodeLength`s, at least one, no length twice, in any order.
        tolerance: loss of quality to accept, as in `recommended_length`.
        ceiling: quality of the uncompressed embedding, or None; drawn as a line.
        quality_name: what the score is called.
        title: text above.

    Returns:
        `matplotlib.figure.Figure`.

    Raises:
        ValueError: as `recommended_length`.
    """
    best = recommended_length(rows, tolerance)
    rows = _as_rows(rows)
    figure = Figure(figsize=(8.6, 4.2), dpi=120, layout="constrained")
    timed = [row for row in rows if row.milliseconds is not None]
    left, right = figure.subfigures(1, 2, width_ratios=[1.5, 1])
    quality = left.add_subplot()
    _draw_quality(quality, rows, best, tolerance, ceiling)
    quality.set_ylabel(quality_name)
    costs = right.subplots(1 + bool(timed), sharex=True, squeeze=False)[:, 0]
    _draw_cost(costs[0], rows, [row.bytes for row in rows], best, best.bytes, GREEN)
    costs[0].set_ylabel("bytes an item")
    if timed:
        times = [row.milliseconds for row in timed]
        _draw_cost(costs[1], timed, times, best, best.milliseconds, ORANGE)
        costs[1].set_ylabel("milliseconds a query")
    for axes in (quality, *costs):
        _show_lengths(axes, rows)
    for axes in (quality, costs[-1]):
        axes.set_xlabel("bits of the code")
    right.align_ylabels()
    if title:
        figure.suptitle(title, fontsize=13)
    return figure


def _as_rows(rows):
    rows = sorted(rows, key=lambda row: row.bits)
    lengths = [row.bits for row in rows]
    if not rows or len(set(lengths)) < len(rows):
        raise ValueError(
            f"Expected at least one row, and each length once. Received: bits={lengths}"
        )
    for row in rows:
        check_number(row.quality, "quality")
        if row.milliseconds is not None:
            check_positive(row.milliseconds, "milliseconds")
    return rows


def _draw_quality(axes, rows, best, tolerance, ceiling):
    top = max(row.quality for row in rows)
    band = f"within {tolerance:g} of the best"
    axes.axhspan(top - tolerance, top, color=BLUE, alpha=0.15, linewidth=0, label=band)
    if ceiling is not None:
        name = f"uncompressed: {ceiling:.3f}"
        axes.axhline(ceiling, color=GRAY, linestyle="dashed", label=name)
    _draw_line(axes, rows, [row.quality for row in rows], BLUE)
    _ring(axes, best.bits, best.quality, f"recommended: {best.bits} bits")
    axes.legend(loc="lower right", frameon=False)


def _draw_cost(axes, rows, costs, best, cost, color):
    _draw_line(axes, rows, costs, color)
    axes.set_ylim(bottom=0, top=1.15 * max(costs))
    if cost is not None:
        _ring(axes, best.bits, cost)


def _draw_line(axes, rows, values, color):
    axes.plot([row.bits for row in rows], values, color=color, marker="o")


def _ring(axes, bits, value, name=None):
    look = {"marker": "o", "markersize": 13, "fillstyle": "none", "color": "black"}
    axes.plot(bits, value, linestyle="none", label=name, **look)


def _show_lengths(axes, rows):
    axes.set_xscale("log", base=2)
    axes.set_xticks([row.bits for row in rows], [str(row.bits) for row in rows])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#E5E5E5")
    axes.margins(x=0.12, y=0.18)
