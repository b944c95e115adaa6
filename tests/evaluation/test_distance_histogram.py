import numpy as np
import pytest
from matplotlib.colors import to_hex

from tfmetric.evaluation import distance_histogram

DISTANCES = [0.5, 1.0, 1.0, 3.0, 2.0, 4.0]
SAME = [1, 1, 1, 1, 0, 0]


def texts(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_each_heap_has_area_one():
    figure = distance_histogram(DISTANCES, SAME, bins=7)
    for patch in figure.axes[0].patches:
        outline = patch.get_xy()
        x, y = outline[:, 0], outline[:, 1]
        area = abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2
        assert area == pytest.approx(1)
    assert texts(figure) == ["same class: 4 pairs", "two classes: 2 pairs"]


def test_the_threshold_accepts_what_lies_at_it_or_below():
    figure = distance_histogram(DISTANCES, SAME, threshold=1.0, title="Faces")
    assert texts(figure) == [
        "same class: 4 pairs, 75.0% accepted",
        "two classes: 2 pairs, 0.0% accepted",
        "threshold 1",
    ]
    assert figure.axes[0].lines[0].get_xdata() == [1.0, 1.0]
    assert figure.axes[0].get_title() == "Faces"


def test_heaps_differ_in_more_than_colour():
    same, different = distance_histogram(DISTANCES, SAME).axes[0].patches
    assert to_hex(same.get_edgecolor()) != to_hex(different.get_edgecolor())
    assert (same.get_hatch(), different.get_hatch()) == (None, "////")


def test_equal_distances():
    figure = distance_histogram([2.0, 2.0], [0, 1])
    assert len(figure.axes[0].patches) == 2


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"same": [1] * 6}, "0 and 1"),
        ({"distances": [np.inf] * 6}, "finite"),
        ({"bins": 0}, "bins"),
        ({"threshold": np.nan}, "threshold"),
    ],
)
def test_bad_input(settings, message):
    with pytest.raises(ValueError, match=message):
        distance_histogram(**({"distances": DISTANCES, "same": SAME} | settings))
