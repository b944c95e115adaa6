import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from tfmetric.evaluation import precision_recall_curves, roc_curves

# Same pairs at 1, 2, 4, 6; different ones at 3, 5, 7, 8, 9.
DISTANCES = np.array([1.0, 2, 4, 6, 3, 5, 7, 8, 9])
SAME = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0])
ORDER = np.random.default_rng(0).permutation(9)
PAIRS = {"ours": (DISTANCES[ORDER], SAME[ORDER])}


def texts(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def curve(axes, number):
    """The curve of a name, and its mark."""
    lines = [line for line in axes.lines if len(line.get_xdata()) > 2]
    marks = [line for line in axes.lines if line.get_marker() not in ("", "None")]
    return lines[number].get_xydata(), marks[number].get_xydata()[0]


def test_roc_by_hand():
    figure = roc_curves(PAIRS, far=0.25, title="Faces")
    whole, low = figure.axes
    points, mark = curve(whole, 0)
    expected = [(0, 0), (0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (2, 4), (3, 4)]
    expected += [(4, 4), (5, 4)]  # different and same pairs accepted, of 5 and 4
    np.testing.assert_allclose(points, np.array(expected) / [5, 4])
    # The falling diagonal passes above (1/5, 3/4) and below (2/5, 3/4), at 1/4.
    np.testing.assert_allclose(mark, [0.25, 0.75])
    # Of 20 comparisons three are wrong: 4 > 3, 6 > 3, 6 > 5.
    assert texts(whole) == ["ours: AUC 0.850, EER 0.250"]
    # FAR may be up to 1/4: 1/5 it is, where three of four are accepted.
    np.testing.assert_allclose(curve(low, 0)[1], [0.25, 0.75])
    assert texts(low) == ["ours: TAR 0.750"]
    assert low.get_xscale() == "log"
    assert figure.get_suptitle() == "Faces"


def test_where_no_threshold_is_strict_enough_nothing_is_accepted():
    figure = roc_curves({"turned": (-DISTANCES, SAME)}, far=0.1)
    assert texts(figure.axes[1]) == ["turned: TAR 0.000"]


def test_curves_differ_in_more_than_colour():
    generator = np.random.default_rng(1)
    pairs = {name: (generator.random(50), np.arange(50) % 2) for name in range(3)}
    figure = roc_curves(pairs)
    drawn = [line for line in figure.axes[0].lines if len(line.get_xdata()) > 2]
    assert len({line.get_color() for line in drawn}) == 3
    assert len({str(line._dash_pattern) for line in drawn}) == 3
    areas = [float(text.split("AUC ")[1][:5]) for text in texts(figure.axes[0])]
    expected = [roc_auc_score(same, -distances) for distances, same in pairs.values()]
    np.testing.assert_allclose(areas, expected, atol=5.1e-4)


def test_precision_and_recall_by_hand():
    figure = precision_recall_curves(PAIRS)
    (axes,) = figure.axes
    points, mark = curve(axes, 0)
    # At 4: precision 3/4, recall 3/4, F1 3/4. At 6: 4/6 and 1, F1 4/5.
    for point in ([1 / 4, 1], [3 / 4, 3 / 4], [1, 4 / 6], [1, 4 / 9]):
        assert np.isclose(points, point).all(axis=1).any()
    np.testing.assert_allclose(mark, [1, 4 / 6])
    average = (1 + 1 + 3 / 4 + 4 / 6) / 4
    assert texts(axes) == [f"ours: average {average:.3f}, F1 0.800"]
    levels = [line.get_ydata()[0] for line in axes.lines if len(line.get_xdata()) == 2]
    assert levels == [4 / 9]


@pytest.mark.parametrize("draw", [roc_curves, precision_recall_curves])
@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ({}, "dict from a name"),
        ((DISTANCES, SAME), "dict from a name"),
        ({"a": (DISTANCES, SAME[:3])}, "one shape"),
        ({"a": (DISTANCES, np.ones(9))}, "0 and 1"),
        ({"a": (np.full(9, np.nan), SAME)}, "finite"),
    ],
)
def test_bad_pairs(draw, pairs, message):
    with pytest.raises(ValueError, match=message):
        draw(pairs)


@pytest.mark.parametrize("far", [0, 1, 1.5, "low"])
def test_bad_far(far):
    with pytest.raises(ValueError, match="Expected far"):
        roc_curves(PAIRS, far=far)
