import numpy as np
import pytest

from tfmetric.augmentation import Letterbox, Resize


def test_growing_is_linear_between_pixel_centres():
    # new centres stand at -1/4, 1/4, 3/4 … of the old; beyond the edge it is repeated
    image = np.array([[0, 1]], np.float32)
    assert Resize((1, 4))(image).tolist() == [[0, 0.25, 0.75, 1]]
    assert Resize((2, 4))(image).tolist() == [[0, 0.25, 0.75, 1]] * 2


def test_one_axis_may_shrink_while_the_other_grows():
    image = np.array([[0, 0.5, 1, 0.5, 0.25, 0.75]], np.float32)
    assert Resize((2, 2))(image).tolist() == [[0.5, 0.5], [0.5, 0.5]]


@pytest.mark.parametrize("factor", [2, 3, 5, 8])
def test_shrinking_misses_no_pixel(factor):
    # the mean of each block, by hand; picking pixels would give stripes
    image = np.zeros((4 * factor, 3 * factor), np.float32)
    image[::factor] = 1
    np.testing.assert_allclose(Resize((4, 3))(image), 1 / factor, atol=1e-6)


@pytest.mark.parametrize("length", [17, 20, 23, 24, 25, 27, 31, 40])
def test_no_line_is_lost(length):
    # linear interpolation leaves a weight of 1/4, the mean of blocks one of 16/length
    for column in range(length):
        line = np.zeros((1, length), np.float32)
        line[0, column] = 1
        assert Resize((1, 16))(line).sum() >= 0.249


def test_size_is_height_and_width():
    image = np.zeros((10, 20, 3), np.uint8)
    assert Resize((6, 4))(image).shape == (6, 4, 3)
    assert Resize(5)(image).shape == (5, 5, 3)


def test_image_of_that_size_stays_as_it_is():
    image = np.random.default_rng(0).integers(0, 256, (7, 5, 3), np.uint8)
    result = Resize((7, 5))(image)
    assert np.array_equal(result, image)
    assert not np.shares_memory(result, image)


def test_letterbox_by_hand():
    image = np.array([[10, 20], [30, 40], [50, 60]], np.uint8)
    # one column is to spare in three: it goes to the right
    assert Letterbox(3)(image).tolist() == [[10, 20, 0], [30, 40, 0], [50, 60, 0]]
    assert Letterbox((4, 2), value=1)(image)[3].tolist() == [255, 255]


@pytest.mark.parametrize("shape", [(40, 60), (60, 40), (7, 7), (3, 100), (1, 1)])
@pytest.mark.parametrize("size", [(32, 32), (20, 50), (9, 9)])
def test_letterbox_keeps_proportions_and_centres(shape, size):
    frame = Letterbox(size, value=0)(np.ones(shape, np.float32))
    assert frame.shape == size
    rows, columns = (np.flatnonzero(frame.any(axis=axis)) for axis in (1, 0))
    inner = np.array([len(rows), len(columns)])
    scale = min(size[0] / shape[0], size[1] / shape[1])
    np.testing.assert_array_equal(inner, [max(1, round(side * scale)) for side in shape])
    for found, whole in ((rows, size[0]), (columns, size[1])):
        assert found[0] == (whole - len(found)) // 2
        assert found[-1] - found[0] + 1 == len(found)
    np.testing.assert_allclose(frame[np.ix_(rows, columns)], 1, atol=1e-6)
    assert frame.sum() == pytest.approx(inner.prod())  # the filling is black


@pytest.mark.parametrize("value, byte", [(0, 0), (0.5, 128), (114 / 255, 114), (1, 255)])
def test_letterbox_filling_is_a_share_of_white(value, byte):
    gray = Letterbox((3, 1), value)(np.zeros((1, 1, 3), np.uint8))
    assert gray[:, 0].tolist() == [[byte] * 3, [0] * 3, [byte] * 3]
    floats = Letterbox((3, 1), value)(np.zeros((1, 1), np.float32))
    assert floats[0, 0] == np.float32(value)


@pytest.mark.parametrize("settings", [{"size": 0}, {"value": 1.5}, {"value": 114}], ids=str)
def test_bad_letterboxes(settings):
    with pytest.raises(ValueError, match=f"Expected {next(iter(settings))} "):
        Letterbox(**{"size": 8, **settings})


@pytest.mark.parametrize("size", [0, (4, -1), 2.5, (1, 2, 3)])
def test_bad_sizes(size):
    with pytest.raises(ValueError, match="Expected size"):
        Resize(size)
