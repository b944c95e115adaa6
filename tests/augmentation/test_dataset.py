"""Pipelines in `tf.data`: the same images whatever the workers, passes as epochs."""

import numpy as np
import pytest
import tensorflow as tf
from augmentation.helpers import fitted

from tfmetric.augmentation import (
    ColorJitter,
    MultiView,
    Normalize,
    Pipeline,
    RandomCrop,
    RandomFlip,
    RandomRotate,
)

COUNT = 70  # more than two calls' worth, and no multiple of one
IMAGES = np.random.default_rng(0).integers(0, 256, (COUNT, 14, 12, 3), np.uint8)
PIPELINE = Pipeline(
    [RandomFlip(), RandomRotate(15), ColorJitter(), RandomCrop((10, 9))], seed=5
)


def images_of(dataset):
    return np.stack([image.numpy() for image in dataset])


def darker(image, generator):
    """A callable of one's own."""
    return image // generator.integers(2, 5, dtype=np.uint8)


@pytest.mark.parametrize("workers", [1, 4, tf.data.AUTOTUNE])
@pytest.mark.parametrize("batched", [False, True])
def test_dataset_equals_batch_whatever_the_workers(workers, batched):
    source = tf.data.Dataset.from_tensor_slices(IMAGES)
    source = source.batch(9) if batched else source
    dataset = PIPELINE.dataset(source, epoch=2, num_parallel_calls=workers)
    dataset = dataset.unbatch() if batched else dataset
    assert images_of(dataset).tobytes() == PIPELINE.batch(IMAGES, epoch=2).tobytes()


def test_images_large_enough_for_threads_equal_batch():
    images = np.random.default_rng(1).integers(0, 256, (40, 140, 130, 1), np.uint8)
    pipeline = Pipeline([RandomRotate(15), RandomCrop(100)], seed=2)
    for source in (images, images.repeat(16, axis=2)[:9]):  # several a call, then fewer
        dataset = pipeline.dataset(tf.data.Dataset.from_tensor_slices(source))
        assert images_of(dataset).tobytes() == pipeline.batch(source).tobytes()


def test_index_counts_the_images_of_uneven_batches():
    source = tf.data.Dataset.from_tensor_slices(IMAGES).batch(40).repeat(2)
    dataset = PIPELINE.dataset(source)
    assert dataset.cardinality() == 4
    assert [len(images) for images in dataset] == [40, 30, 40, 30]
    expected = PIPELINE.batch(np.concatenate([IMAGES, IMAGES]), epoch=1)
    assert np.array_equal(np.concatenate(list(dataset)), expected)


def test_labels_of_batches_travel_along():
    labels = np.arange(COUNT)
    source = tf.data.Dataset.from_tensor_slices((IMAGES, {"class": labels})).batch(32)
    for start, (images, found) in zip((0, 32, 64), PIPELINE.dataset(source), strict=True):
        chosen = slice(start, start + 32)
        expected = PIPELINE.batch(IMAGES[chosen], first=start)
        assert np.array_equal(images, expected)
        assert np.array_equal(found["class"], labels[chosen])


def test_labels_of_different_sizes_travel_along():
    def boxes():
        yield from ((image, np.zeros((k, 4))) for k, image in enumerate(IMAGES[:5]))

    signature = (tf.TensorSpec((14, 12, 3), tf.uint8), tf.TensorSpec((None, 4), tf.float64))
    source = tf.data.Dataset.from_generator(boxes, output_signature=signature)
    found = list(PIPELINE.dataset(source))
    assert [len(each) for _, each in found] == [0, 1, 2, 3, 4]
    assert np.array_equal(np.stack([x for x, _ in found]), PIPELINE.batch(IMAGES[:5]))


def test_labels_and_weights_travel_along():
    labels, weights = np.arange(COUNT), np.linspace(0, 1, COUNT)
    source = tf.data.Dataset.from_tensor_slices((IMAGES, labels, weights))
    dataset = PIPELINE.dataset(source)
    images, found, found_weights = next(iter(dataset.batch(COUNT)))
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
    assert not np.array_equal(expected[:COUNT], expected[COUNT:])
    assert np.array_equal(images_of(PIPELINE.dataset(source)), expected)


def test_shuffled_source_is_shuffled_anew_each_pass():
    source = tf.data.Dataset.from_tensor_slices((IMAGES, np.arange(COUNT))).shuffle(COUNT)
    dataset = PIPELINE.dataset(source)
    passes = [[int(label) for _, label in dataset] for _ in range(2)]
    assert passes[0] != passes[1]
    assert sorted(passes[0]) == sorted(passes[1]) == list(range(COUNT))


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
    source = tf.data.Dataset.from_tensor_slices((IMAGES, np.arange(COUNT)))
    pipeline = Pipeline(operations)
    spec = pipeline.dataset(source).element_spec
    assert spec[0] == tf.TensorSpec(shape, tf.uint8)
    assert spec[1] == tf.TensorSpec((), tf.int64)
    batches = pipeline.dataset(source.batch(5, drop_remainder=True)).element_spec
    assert batches[0] == tf.TensorSpec((5, *shape), tf.uint8)
    views = MultiView(pipeline, views=3).dataset(source).element_spec
    assert views[0] == tf.TensorSpec((3, *shape), tf.uint8)


def test_dtype_of_normalized_images():
    pipeline = Pipeline([RandomFlip(), Normalize(0.5, 0.5)])
    dataset = pipeline.dataset(tf.data.Dataset.from_tensor_slices(IMAGES))
    assert dataset.element_spec == tf.TensorSpec((14, 12, 3), tf.float32)
    assert np.array_equal(images_of(dataset), pipeline.batch(IMAGES))


def test_views_come_in_one_element():
    augment = MultiView(PIPELINE, views=3)
    dataset = augment.dataset(tf.data.Dataset.from_tensor_slices(IMAGES), epoch=1)
    found = images_of(dataset)
    for view in range(3):
        for index in (0, 33, COUNT - 1):
            expected = PIPELINE(IMAGES[index], (1, index, view))
            assert np.array_equal(found[index, view], expected)


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
    assert PIPELINE.dataset(source).cardinality() == COUNT
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
        tf.data.Dataset.from_tensor_slices(IMAGES).batch(5).batch(2),
        tf.data.Dataset.range(3),
        tf.data.Dataset.from_tensor_slices({"image": IMAGES}),
    ],
    ids=["batched twice", "numbers", "dict"],
)
def test_what_is_no_dataset_of_images(source):
    with pytest.raises(ValueError, match="Expected a dataset of image or"):
        PIPELINE.dataset(source)


def test_arrays_are_no_dataset():
    with pytest.raises(ValueError, match="from_tensor_slices.*Received: ndarray"):
        PIPELINE.dataset(IMAGES)


def test_epochs_of_fit_are_passes():
    source = tf.data.Dataset.from_tensor_slices((IMAGES, np.arange(COUNT)))
    dataset = PIPELINE.dataset(source).batch(32)
    images, labels = fitted(dataset, epochs=2, shuffle=False)
    expected = [PIPELINE.batch(IMAGES, epoch) for epoch in range(2)]
    assert np.array_equal(images, np.concatenate(expected))
    assert np.array_equal(labels, np.tile(np.arange(COUNT), 2))
