import numpy as np
import pytest

from tfmetric import metrics
from tfmetric.evaluation import code_curves

GENERATOR = np.random.default_rng(3)
LABELS = np.arange(40) % 3
CODES = {
    f"{bits} bits": np.packbits(GENERATOR.random((40, bits)) < 0.5, axis=1)
    for bits in (8, 12, 5)
}
QUERIES = {name: codes[:9] for name, codes in CODES.items()}
GALLERY = {name: codes[9:] for name, codes in reversed(CODES.items())}
SEARCH = {"gallery_codes": GALLERY, "gallery_labels": LABELS[9:]}


def test_each_code_has_both_its_curves():
    figure = code_curves(QUERIES, LABELS[:9], **SEARCH, title="Noise")
    by_radius, by_rank = figure.axes
    for axes, curve_of in (
        (by_radius, metrics.precision_recall_by_radius),
        (by_rank, metrics.precision_recall_by_rank),
    ):
        assert [line.get_label() for line in axes.lines] == list(CODES)
        for line in axes.lines:
            codes, items = QUERIES[line.get_label()], GALLERY[line.get_label()]
            curve = curve_of(
                codes, LABELS[:9], gallery_codes=items, gallery_labels=LABELS[9:]
            )
            np.testing.assert_array_equal(line.get_xdata(), curve.recall)
            np.testing.assert_array_equal(line.get_ydata(), curve.precision)
    assert figure.get_suptitle() == "Noise"
    texts = [text.get_text() for text in by_rank.get_legend().get_texts()]
    assert texts == list(CODES)


def test_one_radius_is_stressed():
    axes = code_curves(CODES, LABELS, radius=3).axes[0]
    for cloud in axes.collections:
        sizes = cloud.get_sizes()
        assert np.argmax(sizes) == 3 and (np.delete(sizes, 3) < sizes[3] / 4).all()
    assert "3 bits" in axes.get_title()


def test_curves_differ_in_colour_and_line():
    lines = code_curves(CODES, LABELS).axes[1].lines
    assert len({line.get_color() for line in lines}) == 3
    assert [line.is_dashed() for line in lines] == [False, True, True]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"codes": {}}, "at least one name"),
        ({"gallery_codes": {"8 bits": CODES["8 bits"]}}, "same ones"),
        ({"gallery_codes": CODES}, "together or neither"),
        ({"labels": LABELS[:4]}, "one label for each of 40"),
        ({"radius": 1.5}, "Expected radius"),
    ],
)
def test_bad_input(settings, message):
    with pytest.raises(ValueError, match=message):
        code_curves(**({"codes": CODES, "labels": LABELS} | settings))
