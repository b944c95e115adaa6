"""Views of an image: streams of their own, wherever a pipeline stands."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from tfmetric.augmentation import (
    ColorJitter,
    MultiView,
    Normalize,
    Pipeline,
    RandomAffine,
    RandomCrop,
    RandomFlip,
    RandomRotate,
    TwoViews,
)
from tfmetric.data import balanced_batches
from tfmetric.models import EmbeddingNetwork, ViewNetwork

IMAGES = np.random.default_rng(0).integers(0, 256, (12, 14, 12, 3), np.uint8)
PIPELINE = Pipeline([RandomFlip(), RandomRotate(15), RandomCrop((10, 9))], seed=5)
OTHER = Pipeline([ColorJitter(), RandomCrop((10, 9))], seed=5)


def test_each_view_is_its_pipeline_under_the_number_of_the_view():
    augment = MultiView([PIPELINE, OTHER, OTHER])
    views = augment(IMAGES[3], (2, 7))
    assert views.shape == (3, 10, 9, 3)
    for view, pipeline in enumerate([PIPELINE, OTHER, OTHER]):
        assert np.array_equal(views[view], pipeline(IMAGES[3], (2, 7, view)))
    assert len({view.tobytes() for view in views}) == 3


@pytest.mark.parametrize(
    "augment, count",
    [(MultiView(PIPELINE), 2), (MultiView(PIPELINE, 4), 4), (TwoViews(PIPELINE), 2)],
)
def test_views_of_one_pipeline(augment, count):
    expected = np.stack([PIPELINE(IMAGES[0], (0, 0, view)) for view in range(count)])
    assert np.array_equal(augment(IMAGES[0]), expected)
    batch = augment.batch(IMAGES, epoch=1)
    assert batch.shape == (12, count, 10, 9, 3)
    assert np.array_equal(batch[5], augment(IMAGES[5], (1, 5)))
    assert np.array_equal(batch[:, 0], PIPELINE.batch(IMAGES, epoch=1))


def test_views_in_balanced_batches():
    labels = np.repeat([0, 1, 2], 4)
    batches = balanced_batches(IMAGES, labels, 2, 3, augment=TwoViews(PIPELINE))
    images, found = next(iter(batches))
    assert images.shape == (6, 2, 10, 9, 3)
    assert found.shape == (6,)


@pytest.mark.parametrize(
    "settings",
    [
        ([],),
        (RandomFlip(),),
        ([PIPELINE, RandomFlip()],),
        ([PIPELINE, PIPELINE], 2),
        (PIPELINE, 0),
    ],
)
def test_bad_settings(settings):
    with pytest.raises(ValueError, match="Expected (a Pipeline|views)"):
        MultiView(*settings)


@pytest.mark.parametrize(
    "odd", [Pipeline([RandomCrop(8)]), Pipeline([RandomCrop((10, 9)), Normalize(0, 1)])]
)
def test_views_of_different_sizes_or_types(odd):
    with pytest.raises(ValueError, match="views of one size and type"):
        MultiView([PIPELINE, odd])(IMAGES[0])


@pytest.mark.parametrize("augment", [MultiView([PIPELINE, OTHER]), TwoViews(PIPELINE)])
def test_config_round_trip_through_json(augment):
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(augment)))
    revived = keras.saving.deserialize_keras_object(config)
    assert repr(revived) == repr(augment)
    assert np.array_equal(revived.batch(IMAGES), augment.batch(IMAGES))


def test_repr_reads_like_the_call():
    pipeline = Pipeline([RandomFlip(0.5, 0.1)], seed=3)
    assert repr(TwoViews(pipeline)) == f"TwoViews({pipeline!r})"
    assert repr(MultiView(pipeline)) == f"MultiView([{pipeline!r}, {pipeline!r}])"


def test_digits_are_told_apart_without_labels():
    """Training on views alone makes neighbours of digits of one class."""
    digits, labels = load_digits(return_X_y=True)
    images = np.uint8(digits.reshape(-1, 8, 8, 1) * (255 / 16))
    seen, asked = images[:1200], images[1200:]
    change = RandomAffine(12, 0.1, scale=(0.85, 1.15), shear=10, border="constant")
    augment = TwoViews(Pipeline([change], seed=1))
    batches = augment.dataset(tf.data.Dataset.from_tensor_slices(seen).shuffle(1200, 2))

    keras.utils.set_random_seed(0)
    layers = [
        keras.Input((8, 8, 1)),
        keras.layers.Rescaling(1 / 255),
        keras.layers.Flatten(),
        keras.layers.Dense(64, activation="relu"),
    ]
    network = EmbeddingNetwork(keras.Sequential(layers), 8)
    model = ViewNetwork(network)
    model.compile(keras.optimizers.Adam(3e-3))
    scores = []
    for epochs in (0, 6):
        model.fit(batches.batch(100), epochs=epochs, verbose=0)
        embedding = network.embed(asked)
        nearest = KNeighborsClassifier(1)
        scores.append(cross_val_score(nearest, embedding, labels[1200:], cv=5).mean())
    assert scores[1] > scores[0] + 0.15, scores
