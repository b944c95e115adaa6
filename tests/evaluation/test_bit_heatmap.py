import numpy as np
import pytest

from tfmetric.evaluation import bit_heatmap

BITS = np.array([[1, 0, 1], [1, 1, 0], [0, 1, 1], [1, 1, 1], [0, 1, 0]])
CODES, LABELS = np.packbits(BITS, axis=1), [7, 4, 7, 4, 4]


def test_shares_by_hand():
    everything, each, _ = bit_heatmap(CODES, LABELS, 3).axes
    np.testing.assert_allclose(everything.images[0].get_array(), [[3 / 5, 4 / 5, 3 / 5]])
    expected = [[2 / 3, 1, 1 / 3], [1 / 2, 1 / 2, 1]]  # of label 4, then 7
    np.testing.assert_allclose(each.images[0].get_array(), expected)
    for axes in (everything, each):
        assert axes.images[0].get_clim() == (0, 1)


def test_names_stand_beside_their_rows():
    figure = bit_heatmap(CODES, LABELS, 3, class_names={4: "ant", 7: "bee"}, title="Code")
    names = [text.get_text() for text in figure.axes[1].get_yticklabels()]
    assert names == ["ant", "bee"]
    assert figure.get_suptitle() == "Code"


def test_many_classes_are_counted_and_not_named():
    codes = np.arange(50, dtype=np.uint8)[:, None]
    axes = bit_heatmap(codes, np.arange(50), 8).axes[1]
    assert axes.get_ylabel() == "50 classes"
    assert len(axes.get_yticks()) == 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"bits": 9}, "codes of 9 bits"),
        ({"codes": BITS}, "packed uint8"),
        ({"labels": LABELS[:2]}, "one label for each of 5"),
        ({"codes": CODES[:0], "labels": []}, "at least one code"),
        ({"class_names": {4: "ant"}}, "no name for 7"),
    ],
)
def test_bad_input(settings, message):
    with pytest.raises(ValueError, match=message):
        bit_heatmap(**({"codes": CODES, "labels": LABELS, "bits": 3} | settings))
