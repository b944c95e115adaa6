import numpy as np
import pytest

from tfmetric.evaluation import CodeLength, code_length_curve, recommended_length

ROWS = [
    CodeLength(64, 0.80, 0.9),
    CodeLength(12, 0.60, 0.5),
    CodeLength(24, 0.77, 0.6),
    CodeLength(128, 0.79, 1.7),
]


@pytest.mark.parametrize(
    ("tolerance", "bits"), [(0, 64), (0.029, 64), (0.031, 24), (0.25, 12)]
)
def test_the_shortest_that_is_good_enough(tolerance, bits):
    assert recommended_length(ROWS, tolerance).bits == bits


def test_bytes_are_whole():
    assert [row.bytes for row in ROWS] == [8, 2, 3, 16]


def lines(axes):
    """Label to the (x, y) drawn."""
    return {line.get_label(): line.get_xydata().tolist() for line in axes.lines}


def drawn(axes):
    """The points of the first line, of the measurements."""
    return next(line for line in axes.lines if len(line.get_xdata()) > 2).get_xydata()


def test_panels_show_quality_and_cost_by_length():
    figure = code_length_curve(ROWS, tolerance=0.05, quality_name="mAP", title="Digits")
    quality, size, time = figure.axes
    assert drawn(quality).tolist() == [[12, 0.6], [24, 0.77], [64, 0.8], [128, 0.79]]
    assert drawn(size).tolist() == [[12, 2], [24, 3], [64, 8], [128, 16]]
    assert drawn(time).tolist() == [[12, 0.5], [24, 0.6], [64, 0.9], [128, 1.7]]
    assert quality.get_ylabel() == "mAP"
    assert figure.get_suptitle() == "Digits"
    ticks = [text.get_text() for text in quality.get_xticklabels()]
    assert ticks == ["12", "24", "64", "128"]


def test_the_recommended_length_is_ringed_in_every_panel():
    figure = code_length_curve(ROWS, tolerance=0.05)
    rings = [axes.lines[-1].get_xydata().tolist() for axes in figure.axes]
    assert rings == [[[24, 0.77]], [[24, 3]], [[24, 0.6]]]
    texts = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert texts == ["within 0.05 of the best", "recommended: 24 bits"]


def test_the_band_reaches_from_the_best_to_what_is_accepted():
    (band,) = code_length_curve(ROWS, tolerance=0.05).axes[0].patches
    bottom = band.get_xy()[1]
    np.testing.assert_allclose([bottom, bottom + band.get_height()], [0.75, 0.8])


def test_ceiling():
    axes = code_length_curve(ROWS, ceiling=0.85).axes[0]
    assert [y for _, y in lines(axes)["uncompressed: 0.850"]] == [0.85, 0.85]
    assert axes.get_ylim()[1] > 0.85


def test_without_times_there_is_no_panel_for_them():
    figure = code_length_curve([CodeLength(8, 0.5), CodeLength(16, 0.6)])
    assert len(figure.axes) == 2


def test_a_time_not_measured_is_left_out():
    figure = code_length_curve([*ROWS, CodeLength(32, 0.801)])
    assert drawn(figure.axes[2])[:, 0].tolist() == [12, 24, 64, 128]
    assert len(figure.axes[2].lines) == 1  # nothing to ring at 32 bits


@pytest.mark.parametrize(
    ("rows", "tolerance", "message"),
    [
        ([], 0.01, "at least one row"),
        ([*ROWS, CodeLength(24, 0.1)], 0.01, "each length once"),
        ([CodeLength(8, float("nan"))], 0.01, "quality to be a finite number"),
        ([CodeLength(8, 0.5, 0.0)], 0.01, "milliseconds > 0"),
        (ROWS, -0.1, "tolerance >= 0"),
    ],
)
def test_bad_input(rows, tolerance, message):
    for call in (recommended_length, code_length_curve):
        with pytest.raises(ValueError, match=message):
            call(rows, tolerance=tolerance)
