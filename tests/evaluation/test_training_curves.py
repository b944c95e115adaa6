import types

import pytest

from tfmetric.evaluation import training_curves

HISTORY = {
    "loss": [3.0, 2.0, 1.5],
    "hash_loss": [2.0, 1.0, 0.75],
    "recall": [0.1, 0.3, 0.4],
    "val_loss": [3.5, 2.5, 2.25],
}


def test_a_panel_per_term_with_its_twin():
    figure = training_curves(HISTORY)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["loss", "hash loss", "recall"]
    training, validation = figure.axes[0].lines
    assert list(training.get_xdata()) == [1, 2, 3]
    assert list(validation.get_ydata()) == HISTORY["val_loss"]
    assert training.get_linestyle() != validation.get_linestyle()
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == [
        "training",
        "validation",
    ]
    assert len(figure.axes[1].lines) == 1 and figure.axes[1].get_legend() is None


def names(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_sets_of_one_score_share_a_panel():
    figure = training_curves(
        {
            "code_loss": [3.0, 2.0],
            "loss": [4.0, 3.0],
            "val_code_loss": [3.0, 3.5],
            "val_map_at_r": [0.1, 0.2],
            "val_code_map": [0.3, 0.4],
            "val_unknown_map_at_r": [0.5, 0.6],
            "val_unknown_code_map": [0.7, 0.8],
            "val_far_away_code_map": [0.2, 0.1],
        }
    )
    panels = {axes.get_title(): axes for axes in figure.axes}
    # "code_loss" ends as "loss" does, and is none of its sets.
    assert list(panels) == ["code loss", "loss", "map at r", "code map"]
    assert names(panels["code loss"]) == ["training", "validation"]
    assert panels["loss"].get_legend() is None
    assert names(panels["map at r"]) == ["validation", "unknown"]
    assert names(panels["code map"]) == ["validation", "unknown", "far away"]
    codes = panels["code map"].lines
    assert [list(line.get_ydata()) for line in codes] == [
        [0.3, 0.4],
        [0.7, 0.8],
        [0.2, 0.1],
    ]
    looks = {(line.get_color(), line.get_linestyle(), line.get_marker()) for line in codes}
    assert len(looks) == 3
    assert codes[1].get_color() == panels["map at r"].lines[1].get_color()


def test_validation_alone_says_so():
    figure = training_curves({"val_map_at_r": [0.1]})
    assert names(figure.axes[0]) == ["validation"]


def test_takes_what_fit_returns():
    history = types.SimpleNamespace(history={"loss": [1.0]})
    assert len(training_curves(history).axes) == 1


@pytest.mark.parametrize("history", [{}, {"loss": []}])
def test_no_epochs(history):
    with pytest.raises(ValueError, match="at least one epoch"):
        training_curves(history)
