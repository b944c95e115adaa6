import numpy as np
import pytest

from tfmetric.augmentation import (
    Grayscale,
    Normalize,
    Operation,
    RandomApply,
    RandomCrop,
    RandomFlip,
    RandomRotate,
    Resize,
)

IMAGE = np.array([[[255, 0, 0]]], np.uint8)


@pytest.mark.parametrize("probability", [0, 0.2, 0.7, 1])
def test_applies_as_often_as_told(probability):
    sometimes, generator = RandomApply(Grayscale(), probability), np.random.default_rng(0)
    reds = [int(sometimes(IMAGE, generator)[0, 0, 0]) for _ in range(2000)]
    assert set(reds) <= {255, 76}
    spread = 4 * np.sqrt(2000 * probability * (1 - probability))
    assert abs(reds.count(76) - 2000 * probability) <= spread


def test_the_operation_draws_from_the_same_generator():
    image = np.arange(12, dtype=np.uint8).reshape(3, 4)
    flip, generator = RandomFlip(0.5, 0.5), np.random.default_rng(3)
    generator.random()
    expected = flip(image, generator)
    assert np.array_equal(RandomApply(flip, 1)(image, 3), expected)


def test_size_is_known_if_the_operation_keeps_it():
    assert RandomApply(RandomFlip(), 0.5).output_size((9, 7)) == (9, 7)
    assert RandomApply(RandomFlip(), 0.5).output_size((None, 7)) == (None, 7)
    assert RandomApply(RandomCrop(7), 0.5).output_size((9, 7)) == (None, 7)
    assert RandomApply(Resize(7), 0.5).output_size((None, None)) == (None, None)
    grow = RandomRotate(10, grow=True)
    assert RandomApply(grow, 0.5).output_size((9, 7)) == (None, None)


class Invert(Operation):
    """An operation of one's own."""

    def __init__(self, white=255):
        self.white = white

    def apply(self, image, generator):
        return self.white - image


def test_operations_of_ones_own_join_in():
    operation = RandomApply(Invert(), 1.0)
    assert operation(IMAGE).tolist() == [[[0, 255, 255]]]
    assert repr(operation) == "RandomApply(Invert(white=255), probability=1.0)"
    assert Invert(7).get_config() == {"white": 7}


@pytest.mark.parametrize("operation", [Normalize(0, 1), RandomFlip, abs, None, "flip"])
def test_what_gives_no_image_is_refused(operation):
    with pytest.raises(ValueError, match="Expected an operation whose result is an image"):
        RandomApply(operation, 0.5)


@pytest.mark.parametrize("probability", [-0.1, 1.1, np.nan, "half", None, True])
def test_bad_probabilities(probability):
    with pytest.raises(ValueError, match="Expected probability from 0 to 1"):
        RandomApply(Grayscale(), probability)
