"""The picture of a Hamming search: precision against recall, both ways to search."""

from matplotlib.figure import Figure

from tfmetric._core._checks import check_count
from tfmetric.evaluation._drawing import line_look, literal
from tfmetric.evaluation._fonts import with_fonts
from tfmetric.metrics._code_curves import curve_by_radius, curve_by_rank
from tfmetric.metrics._tie_groups import tie_groups


def code_curves(
    codes, labels, *, gallery_codes=None, gallery_labels=None, radius=2, title=None
):
    """Draws precision against recall of several codes: by radius, and by rank.

    Two curves that are often confused. The left is of a hash table, which returns all
    items within a radius: a dot for each radius, a large one for `radius`. It falls to
    the left where balls are empty, for these count 0. The right is of a search for the
    nearest k, its ties averaged over their orders. Both are means over queries.

    Args:
        codes: dict from name to (queries, bytes) packed uint8; the order is kept.
        labels: (queries,) integers of any size, or strings; or (queries, classes) of
            0 and 1.
        gallery_codes: dict with the same names, (items, bytes) packed uint8, or None to
            search each query among the others.
        gallery_labels: labels of the gallery, in the same form.
        radius: the one to stress, in bits.
        title: text above.

    Returns:
        `matplotlib.figure.Figure`.

    Raises:
        ValueError: no codes, other names in the gallery, or bad input.

    Cost: that of `tfmetric.metrics.code_map`, once for each name.
    """
    if not codes or (gallery_codes is not None and set(gallery_codes) != set(codes)):
        raise ValueError(
            "Expected at least one name, and the same ones in codes and gallery_codes. "
            f"Received: {list(codes)} and {list(gallery_codes or codes)}"
        )
    check_count(radius, "radius", least=0)
    figure = Figure(figsize=(8.6, 4.4), dpi=120, layout="constrained")
    by_radius, by_rank = figure.subplots(1, 2, sharex=True, sharey=True)
    for number, (name, queries) in enumerate(codes.items()):
        items = None if gallery_codes is None else gallery_codes[name]
        groups = tie_groups(queries, labels, items, gallery_labels)
        look = {**line_look(number), "label": literal(name)}
        _draw_by_radius(by_radius, curve_by_radius(groups), radius, look)
        curve = curve_by_rank(groups)
        by_rank.plot(curve.recall, curve.precision, **look)
    by_radius.set_title(f"all within a radius (large dot: {radius} bits)", fontsize=11)
    by_rank.set_title("the nearest k", fontsize=11)
    by_radius.set_ylabel("precision")
    for axes in (by_radius, by_rank):
        axes.set(xlabel="recall", xlim=(-0.02, 1.02), ylim=(-0.02, 1.04))
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="#E5E5E5")
    by_rank.legend(frameon=False)
    if title:
        figure.suptitle(title, fontsize=13)
    return with_fonts(figure)


def _draw_by_radius(axes, curve, radius, look):
    sizes = [9 if cut == radius else 3 for cut in curve.cut]
    axes.plot(curve.recall, curve.precision, **look)
    axes.scatter(
        curve.recall,
        curve.precision,
        s=[size**2 for size in sizes],
        color=look["color"],
        zorder=3,
        clip_on=False,
    )
