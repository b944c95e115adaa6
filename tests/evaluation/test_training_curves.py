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


def test_takes_what_fit_returns():
    history = types.SimpleNamespace(history={"loss": [1.0]})
    assert len(training_curves(history).axes) == 1


@pytest.mark.parametrize("history", [{}, {"loss": []}])
def test_no_epochs(history):
    with pytest.raises(ValueError, match="at least one epoch"):
        training_curves(history)
