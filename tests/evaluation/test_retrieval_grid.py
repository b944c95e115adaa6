from dataclasses import dataclass

import numpy as np
import pytest
from matplotlib.colors import to_hex

from tfmetric.evaluation import retrieval_grid

QUERIES = np.random.default_rng(0).integers(0, 256, (2, 6, 4, 1), np.uint8)
GALLERY = np.random.default_rng(1).random((5, 8, 8, 3))
GALLERY_LABELS = [0, 1, 1, 0, 2]


@dataclass
class Found:
    ids: np.ndarray
    distances: np.ndarray


MATCHES = Found(np.array([[3, 1, 0], [4, 2, -1]]), np.array([[0.1, 0.25, 3], [2, 7, 0]]))


def draw(**settings):
    given = {
        "query_images": QUERIES,
        "query_labels": [0, 1],
        "gallery_images": GALLERY,
        "gallery_labels": GALLERY_LABELS,
        "matches": MATCHES,
    }
    return retrieval_grid(**(given | settings))


def frames(figure):
    """Colour and line of each picture's frame, row by row."""
    patches = [axes.patches[0] for axes in figure.axes]
    return [(to_hex(patch.get_edgecolor()), patch.get_linestyle()) for patch in patches]


def test_a_picture_for_each_query_and_match():
    figure = draw()
    assert len(figure.axes) == 4 + 3  # the unfilled place of the second row stays empty
    np.testing.assert_allclose(
        figure.axes[0].images[0].get_array(), QUERIES[0, ..., 0] / 255
    )
    np.testing.assert_array_equal(figure.axes[1].images[0].get_array(), GALLERY[3])


def test_right_and_wrong_differ_in_colour_line_and_mark():
    right, wrong, query = "#0072b2", "#d55e00", "#8a8a8a"
    figure = draw()
    colors = [color for color, _ in frames(figure)]
    assert colors == [query, right, wrong, right, query, wrong, right]
    lines = [line for _, line in frames(figure)]
    assert lines[1] == "solid" and lines[2] != "solid"
    captions = [axes.get_xlabel() for axes in figure.axes]
    assert captions == [
        *("query", "✓ 0.100", "✗ 0.250", "✓ 3.00"),
        *("query", "✗ 2.00", "✓ 7.00"),
    ]


def test_legend_and_title():
    figure = draw(title="Nearest")
    (legend,) = figure.legends
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == ["✓ same class as the query", "✗ another class"]
    assert figure.get_suptitle() == "Nearest"


@pytest.mark.parametrize("missing", ["query_labels", "gallery_labels"])
def test_nothing_is_marked_without_labels(missing):
    figure = draw(**{missing: None})
    assert {color for color, _ in frames(figure)} == {"#8a8a8a"}
    assert figure.axes[1].get_xlabel() == "0.100"
    assert not figure.legends


def test_names():
    figure = draw(class_names=["ant", "bee", "a very long name of a class"])
    titles = [axes.get_title() for axes in figure.axes]
    assert titles[:3] == ["ant", "ant", "bee"]
    assert titles[5] == "a very long nam…"
    assert draw().axes[1].get_title() == "0"


def test_columns():
    assert len(draw(columns=1).axes) == 2 + 2


def test_distances_in_bits_are_whole():
    bits = Found(MATCHES.ids, np.array([[12, 100, 31], [0, 5, 0]], np.int32))
    captions = [axes.get_xlabel() for axes in draw(matches=bits).axes]
    assert captions[1:3] == ["✓ 12", "✗ 100"]
    assert captions[5] == "✗ 0"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"query_labels": [0]}, "query_labels to hold one label for each of 2"),
        ({"gallery_labels": [0, 1]}, "gallery_labels to hold one label for each of 5"),
        ({"gallery_images": GALLERY[:4], "gallery_labels": GALLERY_LABELS[:4]}, "0 to 3"),
        ({"query_images": QUERIES[:1], "query_labels": [0]}, "ids and distances of 1"),
        ({"matches": Found(MATCHES.ids, MATCHES.distances[:, :2])}, "shapes"),
        ({"gallery_images": GALLERY * 255}, "floats of 0..1"),
        ({"gallery_images": GALLERY[..., :2]}, "1 or 3 channels"),
        ({"class_names": ["ant", "bee"]}, "no name for 2"),
        ({"columns": 0}, "Expected columns"),
    ],
)
def test_bad_input(settings, message):
    with pytest.raises(ValueError, match=message):
        draw(**settings)
