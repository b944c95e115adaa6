"""What every operation promises, whatever it does."""

import json

import numpy as np
import pytest

from tfmetric.augmentation import ColorJitter, RandomCrop, RandomFlip, RandomRotate

OPERATIONS = [
    RandomCrop((6, 5)),
    RandomCrop((12, 5), pad=True),
    RandomFlip(1.0, 1.0),
    RandomFlip(0.0, 0.0),
    RandomRotate((20, 40), border="replicate"),
    ColorJitter(0.5, 0.4, 0.3, 0.2),
]


def image_of(shape, dtype, seed=0):
    values = np.random.default_rng(seed).integers(0, 256, shape)
    return values.astype(np.uint8) if dtype == "uint8" else np.float32(values / 255)


@pytest.mark.parametrize("operation", OPERATIONS, ids=repr)
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("channels", [(), (1,), (3,)])
def test_keeps_dtype_rank_channels_and_range(operation, dtype, channels):
    image = image_of((9, 7, *channels), dtype)
    result = operation(image, np.random.default_rng(1))
    assert result.dtype == image.dtype
    assert result.shape == (*operation.output_size((9, 7)), *channels)
    assert result.min() >= 0
    assert result.max() <= (255 if dtype == "uint8" else 1)


@pytest.mark.parametrize("operation", OPERATIONS, ids=repr)
def test_input_is_neither_changed_nor_shared(operation):
    image = image_of((9, 7, 3), "uint8")
    image.flags.writeable = False
    result = operation(image, np.random.default_rng(1))
    assert not np.shares_memory(image, result)


@pytest.mark.parametrize("operation", OPERATIONS, ids=repr)
def test_strided_views_are_images_too(operation):
    image = image_of((18, 14, 3), "uint8")[::-2, ::2]
    expected = operation(image.copy(), np.random.default_rng(1))
    assert np.array_equal(operation(image, np.random.default_rng(1)), expected)


@pytest.mark.parametrize("operation", OPERATIONS, ids=repr)
def test_config_round_trip_through_json(operation):
    config = json.loads(json.dumps(operation.get_config()))
    revived = type(operation).from_config(config)
    assert repr(revived) == repr(operation)
    image = image_of((9, 7, 3), "uint8")
    assert np.array_equal(
        revived(image, np.random.default_rng(5)),
        operation(image, np.random.default_rng(5)),
    )


@pytest.mark.parametrize("operation", OPERATIONS, ids=repr)
@pytest.mark.parametrize(
    "image",
    [
        np.zeros(4, np.uint8),
        np.zeros((2, 9, 7, 3), np.uint8),
        np.zeros((9, 7, 2), np.uint8),
        np.zeros((9, 7, 4), np.uint8),
        np.zeros((0, 7, 3), np.uint8),
        np.zeros((9, 7), np.float64),
        np.zeros((9, 7), np.int32),
        np.zeros((9, 7), bool),
        "image.jpg",
    ],
    ids=lambda image: f"{np.shape(image)} {np.asarray(image).dtype}",
)
def test_what_is_no_image_is_refused(operation, image):
    with pytest.raises(ValueError, match=r"Expected one image.*Received: shape="):
        operation(image, np.random.default_rng(0))


@pytest.mark.parametrize("value", [np.nan, np.inf, 255.0, -0.5])
def test_floats_outside_zero_to_one_are_refused(value):
    image = np.full((9, 7), 0.5, np.float32)
    image[3, 2] = value
    with pytest.raises(ValueError, match="values from 0 to 1; divide by 255"):
        RandomFlip()(image, np.random.default_rng(0))
