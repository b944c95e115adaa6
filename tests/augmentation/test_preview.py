"""Contact sheets: every cell in its place, drawn and written."""

import cv2
import numpy as np
import pytest

from tfmetric.augmentation import (
    MultiView,
    Normalize,
    Pipeline,
    RandomCrop,
    RandomFlip,
    Resize,
)

IMAGE = np.random.default_rng(0).integers(0, 256, (120, 150, 3), np.uint8)
PIPELINE = Pipeline([RandomFlip(0.5, 0.5), RandomCrop((96, 120))], seed=3)


def cell(sheet, row, column, size=(96, 120)):
    """One cell; gaps of four pixels are between cells and around."""
    top, left = 4 + row * (size[0] + 4), 4 + column * (size[1] + 4)
    return sheet[top : top + size[0], left : left + size[1]]


def test_image_first_then_the_indices_row_by_row():
    sheet = PIPELINE.preview(IMAGE, count=6)
    assert sheet.dtype == np.uint8
    assert sheet.shape == (3 * 100 + 4, 3 * 124 + 4, 3)  # seven cells in rows of three
    assert np.array_equal(cell(sheet, 0, 0), Resize((96, 120))(IMAGE))
    for index in range(6):
        found = cell(sheet, *divmod(index + 1, 3))
        assert np.array_equal(found, PIPELINE(IMAGE, (0, index)))
    assert (cell(sheet, 2, 1) == 255).all()
    assert (sheet[:4] == 255).all()


def test_a_row_of_views_for_each_index():
    augment = MultiView(PIPELINE, views=3)
    sheet = augment.preview(IMAGE, count=2)
    assert sheet.shape == (2 * 100 + 4, 4 * 124 + 4, 3)
    for index in range(2):
        assert np.array_equal(cell(sheet, index, 0), Resize((96, 120))(IMAGE))
        for view, expected in enumerate(augment(IMAGE, (0, index))):
            assert np.array_equal(cell(sheet, index, 1 + view), expected)


def test_cells_of_other_proportions_stand_in_the_middle():
    wide = np.zeros((50, 200, 3), np.uint8)
    sheet = Pipeline([Resize((100, 100))]).preview(wide, count=1)
    column = cell(sheet, 0, 0, (100, 100))[:, 50, 0]
    assert np.flatnonzero(column == 0).tolist() == list(range(37, 62))  # 100 / 4 rows


@pytest.mark.parametrize("shape", [(30, 40), (30, 40, 1)])
def test_small_and_gray_images_are_enlarged_and_colored(shape):
    gray = np.float32(IMAGE[:30, :40, 0].reshape(shape)) / 255
    sheet = Pipeline([RandomFlip(0, 0)]).preview(gray, count=1)
    expected = IMAGE[:30, :40, :1].repeat(3, axis=0).repeat(3, axis=1).repeat(3, axis=2)
    for column in range(2):  # three times 30 x 40
        assert np.array_equal(cell(sheet, 0, column, (90, 120)), expected)


def test_numbers_beyond_an_image_are_stretched():
    image = np.linspace(0, 255, 10000).astype(np.uint8).reshape(100, 100)
    sheet = Pipeline([Normalize(0.5, 0.1)]).preview(image, count=1)
    drawn = cell(sheet, 0, 1, (100, 100))[..., 0]  # of -5..5
    assert np.abs(drawn.astype(int) - image).max() <= 1


def test_sheet_is_written_as_png(tmp_path):
    path = tmp_path / "new" / "prévue.png"
    sheet = PIPELINE.preview(IMAGE, path, count=3)
    written = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    assert path.read_bytes()[:4] == b"\x89PNG"
    assert np.array_equal(written[..., ::-1], sheet)
    assert list(path.parent.iterdir()) == [path]


def test_bad_requests(tmp_path):
    with pytest.raises(ValueError, match="Expected count"):
        PIPELINE.preview(IMAGE, count=0)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError):
        PIPELINE.preview(IMAGE, tmp_path / "file" / "sheet.png")
