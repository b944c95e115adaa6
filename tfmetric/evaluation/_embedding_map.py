"""The picture of an embedding: its points in the plane."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from tfmetric._core._checks import as_labels, as_vectors, check_choice, check_count
from tfmetric.evaluation._drawing import COLORS, as_names
from tfmetric.evaluation._fonts import with_fonts

# One marker more than there are colours: 56 classes differ in one or the other. The
# factor makes a marker look as large as the circle.
_MARKERS = (
    *(("o", 1.0), ("s", 0.9), ("^", 1.1), ("D", 0.8)),
    *(("v", 1.1), ("P", 1.4), ("X", 1.4), ("*", 2.0)),
)
_LONGEST_LEGEND = 30


def embedding_map(
    embeddings,
    labels,
    *,
    class_names=None,
    method="tsne",
    limit=2000,
    seed=0,
    title=None,
    highlight=None,
):
    """Draws embeddings as points in the plane, a colour and a marker per class.

    The name of each class stands at the median of its points, where there is room.
    Choose "tsne" to see which items are neighbours (distances between far groups mean
    little there), "umap" for the same of many more items, "pca" for a picture that keeps
    the proportions of the two widest directions.

    Args:
        embeddings: (items, dim) finite numbers, at least three items of two dimensions.
        labels: (items,) labels.
        class_names: names to write instead of labels: a dict, or a sequence if labels
            are places in it.
        method: "tsne", "pca", or "umap" where the package umap-learn is there.
        limit: most items to draw; of more, so many are drawn at random.
        seed: of that draw, of t-SNE and of UMAP.
        title: text above.
        highlight: labels to stress, such as classes never trained on; the others are
            drawn small and pale.

    Returns:
        `matplotlib.figure.Figure`.

    Raises:
        ValueError: bad embeddings, an unknown method, a label without a name, or
            nothing to highlight.
        ImportError: "umap" without umap-learn.

    Cost: "tsne" takes some ten seconds for 2,000 items, "pca" next to nothing.

    Reference: van der Maaten, Hinton, 2008, "Visualizing Data using t-SNE", JMLR 9;
    McInnes, Healy, Melville, 2018, "UMAP: Uniform Manifold Approximation and Projection
    for Dimension Reduction", https://arxiv.org/abs/1802.03426.
    """
    points = as_vectors(embeddings, "embeddings")
    labels = as_labels(labels, len(points), "labels")
    check_choice(method, ("tsne", "pca", "umap"), "method")
    stressed = _as_stressed(highlight, labels)
    if len(points) < 3 or points.shape[1] < 2:
        raise ValueError(
            "Expected at least three embeddings of two dimensions. "
            f"Received: shape={points.shape}"
        )
    if len(points) > check_count(limit, "limit", least=3):
        chosen = np.random.default_rng(seed).choice(len(points), limit, replace=False)
        points, labels, stressed = points[chosen], labels[chosen], stressed[chosen]
    classes = np.unique(labels)
    names = as_names(classes, len(classes), class_names, "labels")
    plane = _to_plane(points, method, seed)

    figure = Figure(figsize=(7.5, 6.5), dpi=120, layout="constrained")
    axes = figure.add_subplot(xticks=[], yticks=[])
    axes.set_aspect("equal", adjustable="datalim")
    axes.spines[:].set_color("#CCCCCC")
    for number, (label, name) in enumerate(zip(classes, names, strict=True)):
        mine = labels == label
        _draw_class(axes, plane[mine], name, number, stressed[mine].all())
    if len(classes) <= _LONGEST_LEGEND:
        heading = None if highlight is None else "large: highlighted"
        figure.legend(loc="outside right upper", frameon=False, title=heading)
    if title:
        axes.set_title(title, fontsize=13)
    _hide_overlaps(with_fonts(figure), axes.texts)
    return figure


def _as_stressed(highlight, labels):
    """Which items to stress: all, or those of the labels in `highlight`."""
    if highlight is None:
        return np.ones(len(labels), bool)
    stressed = np.isin(labels, np.asarray(list(highlight)))
    if not stressed.any():
        raise ValueError(
            f"Expected highlight to hold labels of items. Received: {highlight!r}"
        )
    return stressed


def _to_plane(points, method, seed):
    """(items, 2) coordinates; copies of one point all come to lie at the origin."""
    if not np.ptp(points, axis=0).any():
        return np.zeros((len(points), 2))
    width = 2 if method == "pca" else min(50, *points.shape)
    points = PCA(width, random_state=seed).fit_transform(points)
    if method == "pca":
        return points
    if method == "umap":
        return _umap(points, seed)
    perplexity = min(30, (len(points) - 1) / 3)
    tsne = TSNE(perplexity=perplexity, max_iter=500, random_state=seed)
    return tsne.fit_transform(points)


def _umap(points, seed):
    try:
        from umap import UMAP
    except ImportError as error:
        raise ImportError(
            'Expected umap-learn for method="umap": pip install umap-learn'
        ) from error
    neighbours = min(15, len(points) - 1)
    start = points[:, :2] if len(points) < 20 else "spectral"
    umap = UMAP(n_neighbors=neighbours, random_state=seed, n_jobs=1, init=start)
    return umap.fit_transform(points)


def _draw_class(axes, points, name, number, stressed):
    marker, factor = _MARKERS[number % len(_MARKERS)]
    axes.scatter(
        *points.T,
        s=factor * (32 if stressed else 9),
        color=COLORS[number % len(COLORS)],
        marker=marker,
        alpha=0.9 if stressed else 0.35,
        linewidths=0.4 if stressed else 0,
        edgecolors="white" if stressed else "none",
        zorder=2 if stressed else 1,
        label=name,
    )
    axes.text(
        *np.median(points, axis=0),
        name,
        ha="center",
        va="center",
        fontsize=11 if stressed else 9,
        fontweight="bold" if stressed else "normal",
        color="black" if stressed else "#555555",
        path_effects=[withStroke(linewidth=2.5, foreground="white")],
        zorder=3,
    )


def _hide_overlaps(figure, texts):
    """Hides names that would be written over another, the stressed ones last."""
    figure.draw_without_rendering()  # for then it is known where they are
    taken = []
    for text in sorted(texts, key=lambda text: text.get_fontweight() != "bold"):
        box = text.get_window_extent()
        text.set_visible(not any(box.overlaps(other) for other in taken))
        if text.get_visible():
            taken.append(box)
