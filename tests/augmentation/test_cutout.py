from collections import Counter

import numpy as np
import pytest
from oracles.augmentation import check_uniform

from tfmetric.augmentation import Cutout


def rectangle(image):
    """Top, left, height and width of what is 0 in an image of ones."""
    rows, columns = (np.flatnonzero((image == 0).any(axis=axis)) for axis in (1, 0))
    box = rows[0], columns[0], rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    assert (image == 0).sum() == box[2] * box[3]  # a full rectangle and nothing else
    return box


def test_one_rectangle_of_the_told_area_proportions_and_place():
    image = np.ones((60, 80), np.float32)
    cut, generator = (
        Cutout(area=(0.1, 0.3), ratio=(0.5, 2.0), value=0),
        np.random.default_rng(0),
    )
    boxes = [rectangle(cut(image, generator)) for _ in range(1500)]
    top, left, height, width = np.array(boxes).T
    check_uniform(height * width / 4800, 0.1, 0.3, slack=0.01)
    check_uniform(np.log2(width / height), -1, 1, slack=0.1)
    for start, room in ((top, 60 - height), (left, 80 - width)):
        check_uniform((start + 0.5) / (room + 1), 0, 1)


def test_every_place_is_equally_likely():
    image, generator = np.ones((4, 4), np.float32), np.random.default_rng(0)
    cut = Cutout(0.25, ratio=1.0, value=0)
    places = Counter(rectangle(cut(image, generator))[:2] for _ in range(1800))
    assert set(places) == {(top, left) for top in range(3) for left in range(3)}
    assert all(abs(count - 200) < 4 * np.sqrt(200) for count in places.values())


def test_all_channels_lose_the_same_place():
    image = np.random.default_rng(0).integers(1, 256, (30, 20, 3), np.uint8)
    result = Cutout(0.2, value=0)(image, 4)
    lost = (result == 0).all(axis=2)
    assert abs(lost.mean() - 0.2) < 0.03
    assert np.array_equal(result[~lost], image[~lost])


@pytest.mark.parametrize("value, byte", [(0, 0), (0.5, 128), (1, 255)])
def test_filling_is_a_share_of_white(value, byte):
    assert np.unique(Cutout(1.0, value=value)(np.full((5, 4), 77, np.uint8))) == [byte]
    assert np.unique(Cutout(1.0, value=value)(np.full((5, 4), 0.3, np.float32))) == [value]


def test_narrow_images_lose_the_told_area_too():
    # a square of a fifth of a 4x100 image would be 9 pixels high
    image = np.ones((4, 100), np.float32)
    top, _, height, width = rectangle(Cutout(0.2, ratio=1.0, value=0)(image, 0))
    assert (top, height, width) == (0, 4, 20)


@pytest.mark.parametrize(
    "settings",
    [
        {"area": 0},
        {"area": (0.5, 1.5)},
        {"area": (0.4, 0.3)},
        {"ratio": 0},
        {"ratio": (3, 1)},
        {"value": 128},
        {"value": "noise"},
    ],
    ids=str,
)
def test_bad_settings(settings):
    with pytest.raises(ValueError, match=f"Expected {next(iter(settings))} "):
        Cutout(**settings)
