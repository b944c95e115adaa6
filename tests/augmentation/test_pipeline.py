import json
import pickle

import keras
import numpy as np
import pytest

from tfmetric.augmentation import (
    ColorJitter,
    Normalize,
    Pipeline,
    RandomCrop,
    RandomFlip,
    RandomRotate,
)

IMAGES = np.random.default_rng(0).integers(0, 256, (30, 14, 12, 3), np.uint8)
OPERATIONS = [RandomFlip(), RandomRotate(15), ColorJitter(), RandomCrop((10, 9))]
PIPELINE = Pipeline(OPERATIONS, seed=5)


def darker(image, generator):
    """A callable of one's own."""
    return image // generator.integers(2, 5, dtype=np.uint8)


def in_place(image, generator):
    image[:] = 0
    return image


def spoil(image, generator):
    return image.astype(np.int32)


def double(image, generator):
    return image * 2


def test_operations_run_in_order_on_one_stream():
    seen = []

    def first(image, generator):
        seen.append(generator.random())
        return image + 1

    def second(image, generator):
        seen.append(generator.random())
        return image * 2

    assert Pipeline([first, second])(np.array(3), (2, 7)) == 8
    assert seen[0] != seen[1]


def test_key_and_seed_decide_alone():
    keys = [(epoch, index) for epoch in range(3) for index in range(40)]
    draws = []
    for seed in (0, 1):
        note = Pipeline([lambda image, generator: generator.integers(2**62, size=9)], seed)
        for key in keys:
            drawn = note(None, key).tolist()
            assert note(None, key).tolist() == drawn
            draws += drawn
    assert len(set(draws)) == len(draws) == 240 * 9  # no stream runs into another


def test_first_epoch_and_index_are_the_default():
    assert np.array_equal(PIPELINE(IMAGES[3]), PIPELINE(IMAGES[3], (0, 0)))


def test_large_seed_epoch_and_index():
    pipeline = Pipeline(OPERATIONS, seed=2**40)
    assert pipeline(IMAGES[0], (2**40, np.int64(2**40))).shape == (10, 9, 3)


def test_batch_numbers_the_images():
    batch = PIPELINE.batch(IMAGES, epoch=4)
    for index, image in enumerate(IMAGES):
        assert np.array_equal(batch[index], PIPELINE(image, (4, index)))
    assert not np.array_equal(batch, PIPELINE.batch(IMAGES, epoch=5))


def test_batch_counts_on_from_an_index():
    assert np.array_equal(
        PIPELINE.batch(IMAGES[20:], 4, first=20), PIPELINE.batch(IMAGES, 4)[20:]
    )


def test_views_have_draws_of_their_own():
    keys = [(0, 1), (0, 1, 1), (0, 1, 2), (0, 2), (0, 2, 1), (1, 1, 1)]
    assert len({PIPELINE(IMAGES[0], key).tobytes() for key in keys}) == len(keys)
    assert np.array_equal(PIPELINE(IMAGES[0], (3, 1)), PIPELINE(IMAGES[0], (3, 1, 0)))


def test_is_its_operations_called_in_turn_on_the_stream_of_the_key():
    """Also where a callable of one's own stands between those of the room."""
    pipeline = Pipeline([RandomFlip(), darker, RandomRotate(15), ColorJitter()], seed=5)
    generator = np.random.Generator(np.random.Philox(key=5 + (2 << 64), counter=7 << 192))
    image = IMAGES[0]
    for operation in pipeline.operations:
        image = operation(image, generator)
    assert np.array_equal(pipeline(IMAGES[0], (2, 7)), image)


@pytest.mark.parametrize(
    "operations", [[RandomFlip(0, 0)], [RandomCrop((14, 12))], [RandomFlip(0, 0), in_place]]
)
def test_input_is_neither_changed_nor_shared(operations):
    image = IMAGES[0].copy()
    result = Pipeline(operations)(image)
    assert not np.shares_memory(result, image)
    assert np.array_equal(image, IMAGES[0])


@pytest.mark.parametrize("operations", [[RandomFlip()], [spoil, RandomFlip()]])
def test_what_is_no_image_is_refused_before_an_operation(operations):
    with pytest.raises(ValueError, match="Expected one image"):
        Pipeline(operations)(spoil(IMAGES[0], None))


def test_numbers_beyond_an_image_come_last():
    normalize = Normalize(0.5, 0.25)
    with pytest.raises(ValueError, match=r"last\. Received: Normalize.* before RandomFlip"):
        Pipeline([normalize, RandomFlip()])
    assert Pipeline([normalize, double])(IMAGES[0]).min() < -1


def test_batch_needs_images_and_one_size():
    flip = Pipeline([RandomFlip()])
    with pytest.raises(ValueError, match="at least one image"):
        flip.batch([])
    sizes = [np.zeros((3, 4), np.uint8), np.zeros((5, 4), np.uint8)]
    with pytest.raises(ValueError, match=r"one size.*\(3, 4\).*\(5, 4\)"):
        flip.batch(sizes)


@pytest.mark.parametrize(
    "settings",
    [([3],), ([RandomFlip],), ([PIPELINE],), ([], -1), ([], 0.5), ([], 2**64)],
)
def test_bad_settings(settings):
    with pytest.raises(ValueError, match="Expected (operations|seed)"):
        Pipeline(*settings)


@pytest.mark.parametrize("key", [(-1, 0), (0, -1), (0.5, 0)])
def test_bad_keys(key):
    with pytest.raises(ValueError, match="Expected (epoch|index)"):
        PIPELINE(IMAGES[0], key)


def test_config_round_trip_through_json():
    revived = Pipeline.from_config(json.loads(json.dumps(PIPELINE.get_config())))
    assert repr(revived) == repr(PIPELINE)
    assert np.array_equal(revived.batch(IMAGES), PIPELINE.batch(IMAGES))


def test_keras_serialises_a_pipeline():
    config = keras.saving.serialize_keras_object(PIPELINE)
    revived = keras.saving.deserialize_keras_object(config)
    assert repr(revived) == repr(PIPELINE)


def test_plain_functions_have_no_config():
    with pytest.raises(ValueError, match=r"register a class.*darker"):
        Pipeline([RandomFlip(), darker]).get_config()


def test_repr_reads_like_the_call():
    pipeline = Pipeline([RandomFlip(0.5, 0.1), RandomCrop(8)], seed=3)
    assert repr(pipeline) == (
        "Pipeline([RandomFlip(horizontal=0.5, vertical=0.1), "
        "RandomCrop(size=[8, 8], pad=False)], seed=3)"
    )


def test_goes_to_other_processes():
    revived = pickle.loads(pickle.dumps(PIPELINE))
    assert np.array_equal(revived(IMAGES[0], (1, 2)), PIPELINE(IMAGES[0], (1, 2)))
