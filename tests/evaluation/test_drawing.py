import cv2
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

from tfmetric.evaluation import embedding_map, save_figure, training_curves


@pytest.fixture
def figure():
    figure = Figure(figsize=(2, 1), dpi=100)
    figure.add_subplot().plot([1, 3, 2])
    return figure


def test_writes_the_picture_and_nothing_else(figure, tmp_path):
    path = save_figure(figure, tmp_path / "plots" / "curve.png")
    assert path == tmp_path / "plots" / "curve.png"
    assert cv2.imread(str(path)).shape == (100, 200, 3)
    assert list(path.parent.iterdir()) == [path]


def test_replaces_a_file(figure, tmp_path):
    path = tmp_path / "curve.svg"
    path.write_text("old")
    save_figure(figure, str(path))
    assert "<svg" in path.read_text()


def test_a_failure_leaves_the_old_file_alone(figure, tmp_path, monkeypatch):
    path = tmp_path / "curve.png"
    path.write_text("old")

    def write_half(file):
        file.write_text("half")
        raise OSError("disk full")

    monkeypatch.setattr(figure, "savefig", write_half)
    with pytest.raises(OSError, match="disk full"):
        save_figure(figure, path)
    assert [file.read_text() for file in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize("name", ["curve", "curve.docx"])
def test_unknown_format(figure, tmp_path, name):
    with pytest.raises(ValueError, match="ends in .*png"):
        save_figure(figure, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_names_are_drawn_letter_by_letter(tmp_path):
    names = ["_hidden", "$x$", r"$\frac", "a_b", "line\nbreak"]
    points = [[0.0, 1.0], [2.0, 0.0], [3.0, 3.0], [4.0, 1.0], [5.0, 2.0]]
    picture = embedding_map(points, names, method="pca")
    texts = [text.get_text() for text in picture.legends[0].get_texts()]
    # A zero-width space, and signs for a dollar that begins no formula.
    assert sorted(texts) == sorted(
        ["\u200b_hidden", r"\$x\$", r"\$\frac", "a_b", "line\nbreak"]
    )
    save_figure(picture, tmp_path / "map.png")


def test_pictures_are_unknown_to_pyplot():
    training_curves({"loss": [2.0, 1.0]})
    embedding_map([[0.0, 1.0], [2.0, 0.0], [3.0, 3.0]], [0, 1, 1], method="pca")
    assert pyplot.get_fignums() == []
