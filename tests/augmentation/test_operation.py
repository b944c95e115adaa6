"""What every operation promises, whatever it does."""

import inspect
import json
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import keras
import numpy as np
import pytest

from tfmetric import augmentation
from tfmetric.augmentation import (
    CLAHE,
    CenterCrop,
    ColorJitter,
    Cutout,
    GaussianBlur,
    GaussianNoise,
    Grayscale,
    JPEGCompression,
    Letterbox,
    Normalize,
    Operation,
    Pipeline,
    RandomAffine,
    RandomApply,
    RandomCrop,
    RandomFlip,
    RandomPerspective,
    RandomResizedCrop,
    RandomRotate,
    Resize,
    Solarize,
)

OPERATIONS = [
    CLAHE(3.0, tiles=2),
    CenterCrop((6, 5), pad=True),
    ColorJitter(0.5, 0.4, 0.3, 0.2),
    ColorJitter(0.0, 0.0, 0.0, 0.0),
    Cutout(),
    GaussianBlur((0.1, 2.0)),
    GaussianNoise(0.1),
    Grayscale(),
    JPEGCompression(),
    Letterbox((12, 5), value=0.25),
    Normalize(0.5, 0.25),
    RandomAffine(20, 0.2, (0.5, 1.5), 10, border="constant"),
    RandomApply(Solarize(0.25), 0.5),
    RandomCrop((6, 5), pad=True),
    RandomFlip(1.0, 1.0),
    RandomFlip(0.0, 0.0),
    RandomPerspective(0.4),
    RandomResizedCrop((4, 11)),
    RandomRotate((20, 40), border="replicate"),
    RandomRotate(180, grow=True),
    Resize((3, 20)),
    Solarize(),
]
IMAGES = [op for op in OPERATIONS if not op.final]
CHANNELS = [(), (1,), (3,)]
DTYPES = ["uint8", "float32"]

every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=repr)
every_dtype = pytest.mark.parametrize("dtype", DTYPES)


def image_of(shape, dtype="uint8", seed=0):
    values = np.random.default_rng(seed).integers(0, 256, shape)
    return values.astype(np.uint8) if dtype == "uint8" else np.float32(values / 255)


def test_every_exported_operation_takes_part():
    exported = map(vars(augmentation).get, augmentation.__all__)
    classes = {item for item in exported if inspect.isclass(item)}
    known = {item for item in classes if issubclass(item, Operation)} - {Operation}
    assert known == {type(operation) for operation in OPERATIONS}


@pytest.mark.parametrize("operation", IMAGES, ids=repr)
@every_dtype
@pytest.mark.parametrize("channels", CHANNELS)
def test_keeps_dtype_rank_channels_and_range(operation, dtype, channels):
    for size, seed in product([(9, 7), (1, 1), (1, 6), (17, 40)], range(3)):
        image = image_of((*size, *channels), dtype)
        result = operation(image, seed)
        assert result.dtype == operation.output_dtype(image.dtype) == image.dtype
        assert result.shape[2:] == channels
        expected = operation.output_size(size)
        for side, told in zip(result.shape[:2], expected, strict=True):
            assert told in (side, None)
        assert result.min() >= 0
        assert result.max() <= (255 if dtype == "uint8" else 1)


@pytest.mark.parametrize("channels", CHANNELS)
@every_dtype
def test_normalize_keeps_shape_and_tells_its_dtype(channels, dtype):
    image = image_of((9, 7, *channels), dtype)
    result = Normalize(0.5, 0.25)(image)
    assert result.shape == image.shape
    assert result.dtype == Normalize(0.5, 0.25).output_dtype(image.dtype) == np.float32


@pytest.mark.parametrize("operation", IMAGES, ids=repr)
def test_black_and_white_stay_in_range(operation):
    for level, seed in product([0, 1], range(3)):
        result = operation(np.full((23, 31, 3), level, np.float32), seed)
        assert result.min() >= 0
        assert result.max() <= 1


@pytest.mark.parametrize("operation", IMAGES, ids=repr)
def test_bytes_and_floats_agree_within_rounding(operation):
    for channels, size, seed in product(CHANNELS, [(9, 7), (20, 33)], range(4)):
        image = image_of((*size, *channels))
        from_bytes = operation(image, seed)
        from_floats = operation(np.float32(image / 255), seed) * 255
        assert np.abs(from_bytes - from_floats).max() <= 1.01


def test_normalized_bytes_and_floats_agree():
    image, normalize = image_of((9, 7, 3)), Normalize((0.4, 0.5, 0.6), (0.1, 0.2, 0.3))
    floats = normalize(np.float32(image / 255))
    np.testing.assert_allclose(normalize(image), floats, atol=1e-5)


@every_operation
@every_dtype
def test_input_is_neither_changed_nor_shared(operation, dtype):
    image = image_of((9, 7, 3), dtype)
    before = image.copy()
    for seed in range(3):
        result = operation(image, seed)
        assert np.array_equal(image, before)
        assert not np.shares_memory(image, result)
    image.flags.writeable = False
    assert np.array_equal(operation(image, 2), result)
    assert result.flags.writeable


class Draw(Operation):
    def apply(self, image, generator):
        image[0] = 0
        return image


class Darken(Operation):
    def apply(self, image, generator):
        return image * 0.5


def test_an_operation_that_changes_its_image_is_stopped():
    image = np.full((4, 4), 200, np.uint8)
    for draw in (Draw(), Pipeline([Draw()]), RandomApply(Draw(), 1.0)):
        with pytest.raises(ValueError, match="read-only"):
            draw(image)
    assert image.min() == 200


def test_an_operation_that_changes_the_type_is_stopped():
    """100 would be more than the white of floats, and what follows make it white."""
    image = np.full((4, 4), 200, np.uint8)
    for darken in (Darken(), Pipeline([Darken(), ColorJitter()]), RandomApply(Darken(), 1)):
        with pytest.raises(ValueError, match="Expected uint8 of Darken.*float64"):
            darken(image)


@every_operation
def test_views_and_other_memory_orders_are_images_too(operation):
    whole = image_of((18, 14, 3))
    planes = np.ascontiguousarray(whole.transpose(2, 0, 1)).transpose(1, 2, 0)
    views = [whole[::-2, ::2], whole[2:11, 3:10], np.asfortranarray(whole), planes]
    for image in (*views, whole[..., 1], whole[..., 1:2]):
        expected = operation(image.copy(order="C"), 1)
        assert np.array_equal(operation(image, 1), expected)


@every_operation
def test_seeds_and_generators_decide(operation):
    image = image_of((9, 7, 3))
    first = operation(image, 5)
    assert np.array_equal(operation(image, np.random.default_rng(5)), first)
    generator = np.random.default_rng(5)
    operation(image, generator)
    again = operation(image, generator)  # goes on in the stream
    fresh = operation(image)
    assert first.dtype == again.dtype == fresh.dtype


RANDOM = [
    ColorJitter(),
    Cutout(),
    GaussianBlur((0.5, 2.0)),
    GaussianNoise(),
    JPEGCompression((5, 95)),
    RandomAffine(90),
    RandomApply(Grayscale(), 0.5),
    RandomCrop(5),
    RandomFlip(0.5, 0.5),
    RandomPerspective(),
    RandomResizedCrop(5),
    RandomRotate(90),
]


@pytest.mark.parametrize("operation", RANDOM, ids=repr)
def test_random_operations_differ_from_call_to_call(operation):
    image, generator = image_of((19, 17, 3)), np.random.default_rng(0)
    assert len({operation(image, generator).tobytes() for _ in range(30)}) > 1
    assert len({operation(image).tobytes() for _ in range(30)}) > 1


def test_threads_share_operations():
    image = image_of((40, 30, 3))

    def results(seed):
        return [operation(image, seed) for operation in OPERATIONS]

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(results, range(8)))
    for seed, found in enumerate(together):
        assert all(map(np.array_equal, found, results(seed)))


@every_operation
def test_config_round_trips(operation):
    config = json.loads(json.dumps(operation.get_config()))
    revived = type(operation).from_config(config)
    serialized = json.loads(json.dumps(keras.saving.serialize_keras_object(operation)))
    deserialized = keras.saving.deserialize_keras_object(serialized)
    assert repr(revived) == repr(deserialized) == repr(operation)
    image = image_of((9, 7, 3))
    for other in (revived, deserialized):
        assert np.array_equal(other(image, 5), operation(image, 5))


@every_operation
def test_repr_builds_the_operation(operation):
    built = eval(repr(operation), vars(augmentation).copy())
    assert repr(built) == repr(operation)


@every_operation
def test_every_setting_reaches_the_config(operation):
    settings = set(inspect.signature(type(operation)).parameters)
    assert settings == set(operation.get_config())


NO_IMAGES = [
    np.zeros(4, np.uint8),
    np.zeros((2, 9, 7, 3), np.uint8),
    np.zeros((9, 7, 2), np.uint8),
    np.zeros((9, 7, 4), np.uint8),
    np.zeros((0, 7, 3), np.uint8),
    np.zeros((9, 7), np.float64),
    np.zeros((9, 7), np.int32),
    np.zeros((9, 7), bool),
    "image.jpg",
]


@every_operation
def test_what_is_no_image_is_refused(operation):
    for image in NO_IMAGES:
        with pytest.raises(ValueError, match=r"Expected one image.*Received: shape="):
            operation(image, np.random.default_rng(0))


@pytest.mark.parametrize("value", [np.nan, np.inf, 255.0, -0.5])
def test_floats_outside_zero_to_one_are_refused(value):
    image = np.full((9, 7), 0.5, np.float32)
    image[3, 2] = value
    with pytest.raises(ValueError, match="values from 0 to 1; divide by 255"):
        RandomFlip()(image, np.random.default_rng(0))
