"""Views of examples in stock models: from a dataset, without targets."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from oracles import losses_views as oracles

from tfmetric import losses
from tfmetric.augmentation import Pipeline, RandomFlip

pytestmark = [
    pytest.mark.usefixtures("uncompiled"),
    pytest.mark.filterwarnings("ignore:Even though the:UserWarning"),
]


def test_two_pipelines_are_the_views_of_a_model():
    images = np.random.default_rng(0).uniform(size=(6, 3, 2, 1)).astype(np.float32)
    pipelines = [Pipeline([RandomFlip(horizontal=0.5)], seed) for seed in (1, 2)]
    first, second = (pipeline.batch(images) for pipeline in pipelines)
    assert not np.array_equal(first, second)

    def pairs(element):  # from the first epoch on
        dataset = tf.data.Dataset.from_tensor_slices(images)
        both = tf.data.Dataset.zip(*[each.dataset(dataset) for each in pipelines])
        return both.map(element).batch(6)

    inputs = [keras.Input((3, 2, 1)), keras.Input((3, 2, 1))]
    encoder = keras.layers.Flatten()
    model = keras.Model(inputs, keras.ops.stack([encoder(x) for x in inputs], axis=1))
    model.compile(loss=losses.VICRegLoss(), run_eagerly=True)
    views = np.stack([first.reshape(6, -1), second.reshape(6, -1)], axis=1)
    expected = np.mean(oracles.vicreg(views))
    for data in (
        [first, second],
        pairs(lambda a, b: ((a, b),)),
        pairs(lambda a, b: ((a, b), "a class")),
    ):
        assert np.isclose(model.evaluate(data, verbose=0), expected, rtol=1e-5)
