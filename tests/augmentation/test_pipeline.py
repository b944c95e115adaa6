import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfmetric.augmentation import (
    ColorJitter,
    Pipeline,
    RandomCrop,
    RandomFlip,
    RandomRotate,
)

IMAGES = np.random.default_rng(0).integers(0, 256, (30, 14, 12, 3), np.uint8)
OPERATIONS = [RandomFlip(), RandomRotate(15), ColorJitter(), RandomCrop((10, 9))]
PIPELINE = Pipeline(OPERATIONS, seed=5)


def images_of(dataset):
    return np.stack([image.numpy() for image in dataset])


def darker(image, generator):
    """A callable of one's own."""
    return image // generator.integers(2, 5, dtype=np.uint8)


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


@pytest.mark.parametrize("workers", [1, 4, tf.data.AUTOTUNE])
def test_dataset_equals_batch_whatever_the_workers(workers):
    source = tf.data.Dataset.from_tensor_slices(IMAGES)
    dataset = PIPELINE.dataset(source, epoch=2, num_parallel_calls=workers)
    assert images_of(dataset).tobytes() == PIPELINE.batch(IMAGES, epoch=2).tobytes()


def test_labels_and_weights_travel_along():
    labels, weights = np.arange(30), np.linspace(0, 1, 30)
    source = tf.data.Dataset.from_tensor_slices((IMAGES, labels, weights))
    dataset = PIPELINE.dataset(source)
    images, found, found_weights = next(iter(dataset.batch(30)))
    assert np.array_equal(images, PIPELINE.batch(IMAGES))
    assert np.array_equal(found, labels)
    assert np.array_equal(found_weights, weights)


def test_each_pass_is_a_new_epoch():
    dataset = PIPELINE.dataset(tf.data.Dataset.from_tensor_slices(IMAGES))
    for epoch in range(3):
        assert np.array_equal(images_of(dataset), PIPELINE.batch(IMAGES, epoch))
    # two more passes, by repeating the result
    repeated = np.concatenate([PIPELINE.batch(IMAGES, epoch) for epoch in (3, 4)])
    assert np.array_equal(images_of(dataset.repeat(2)), repeated)


def test_index_goes_on_counting_over_a_repeated_source():
    source = tf.data.Dataset.from_tensor_slices(IMAGES).repeat(2)
    expected = PIPELINE.batch(np.concatenate([IMAGES, IMAGES]))
    assert not np.array_equal(expected[:30], expected[30:])
    assert np.array_equal(images_of(PIPELINE.dataset(source)), expected)


def test_shuffled_source_is_shuffled_anew_each_pass():
    source = tf.data.Dataset.from_tensor_slices((IMAGES, np.arange(30))).shuffle(30)
    dataset = PIPELINE.dataset(source)
    passes = [[int(label) for _, label in dataset] for _ in range(2)]
    assert passes[0] != passes[1]
    assert sorted(passes[0]) == sorted(passes[1]) == list(range(30))


@pytest.mark.parametrize(
    "operations, shape",
    [
        ([RandomFlip()], (14, 12, 3)),
        ([RandomCrop((10, 9)), ColorJitter()], (10, 9, 3)),
        ([darker], (None, None, 3)),
        ([darker, RandomCrop(8)], (8, 8, 3)),
        ([], (14, 12, 3)),
    ],
)
def test_static_shapes(operations, shape):
    source = tf.data.Dataset.from_tensor_slices((IMAGES, np.arange(30)))
    spec = Pipeline(operations).dataset(source).element_spec
    assert spec[0] == tf.TensorSpec(shape, tf.uint8)
    assert spec[1] == tf.TensorSpec((), tf.int64)


def test_images_of_unknown_and_varying_shape():
    def sizes():
        yield from (np.zeros((side, side + 1, 1), np.float32) for side in (9, 11))

    for shape in [(None, None, 1), None]:
        spec = tf.TensorSpec(shape, tf.float32)
        source = tf.data.Dataset.from_generator(sizes, output_signature=spec)
        dataset = Pipeline([RandomCrop(8)]).dataset(source)
        assert images_of(dataset).shape == (2, 8, 8, 1)
    assert dataset.element_spec.shape.rank is None


def test_length_is_kept():
    source = tf.data.Dataset.from_tensor_slices(IMAGES)
    assert PIPELINE.dataset(source).cardinality() == 30
    endless = PIPELINE.dataset(source.repeat())
    assert endless.cardinality() == tf.data.INFINITE_CARDINALITY
    unknown = PIPELINE.dataset(source.filter(lambda image: image[0, 0, 0] > 100))
    assert unknown.cardinality() == tf.data.UNKNOWN_CARDINALITY
    assert len(list(unknown)) == (IMAGES[:, 0, 0, 0] > 100).sum()


def test_errors_in_operations_reach_the_caller():
    source = tf.data.Dataset.from_tensor_slices(IMAGES)
    dataset = Pipeline([RandomCrop(50)]).dataset(source)
    with pytest.raises(tf.errors.OpError, match="crop less, or set pad=True"):
        list(dataset)


@pytest.mark.parametrize(
    "source",
    [
        tf.data.Dataset.from_tensor_slices(IMAGES).batch(5),
        tf.data.Dataset.range(3),
        tf.data.Dataset.from_tensor_slices({"image": IMAGES}),
    ],
    ids=["batched", "numbers", "dict"],
)
def test_what_is_no_dataset_of_single_images(source):
    with pytest.raises(ValueError, match=r"use \.unbatch\(\) on batches"):
        PIPELINE.dataset(source)


def test_batch_needs_images_and_one_size():
    flip = Pipeline([RandomFlip()])
    with pytest.raises(ValueError, match="at least one image"):
        flip.batch([])
    sizes = [np.zeros((3, 4), np.uint8), np.zeros((5, 4), np.uint8)]
    with pytest.raises(ValueError, match=r"one size.*\(3, 4\), \(5, 4\)"):
        flip.batch(sizes)


@pytest.mark.parametrize("settings", [([3],), ([RandomFlip],), ([], -1), ([], 0.5)])
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
