"""Every exported miner: lengths that labels do not change, and triplets that are such."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from conformance.exports import batch, build, classes

from tfmetric import losses, miners


@pytest.fixture(params=classes(miners, miners.Miner), ids=lambda item: item.__name__)
def miner(request):
    return build(request.param)


def distances(x):
    return np.sqrt(np.square(x[:, None] - x).sum(-1)).astype(np.float32)


def test_length_depends_on_the_batch_size_alone(miner):
    labels, x = batch()
    lengths = set()
    for y in (labels, labels * 0, np.arange(10), labels % 2):
        for d in (distances(x), distances(x * 0)):
            lengths |= {tuple(each.shape) for each in miner(y, d)}
    assert len(lengths) == 1


def test_valid_triplets_are_triplets_and_indices_are_in_the_batch(miner):
    labels, x = batch()
    for y in (labels, labels * 0, np.arange(10), labels % 2):
        found = miner(y, distances(x))
        anchor, positive, negative = (index.numpy() for index in found[:3])
        for index in found[:3]:
            assert index.dtype == tf.int32
            assert np.all((index >= 0) & (index < 10))
        valid = found.valid.numpy()
        assert valid.dtype == bool
        assert np.any(valid) == (0 < np.sum(np.equal.outer(y, y)) - 10 < 90)
        assert np.all((y[anchor] == y[positive])[valid])
        assert np.all((anchor != positive)[valid])
        assert np.all((y[anchor] != y[negative])[valid])


def test_graph_of_any_batch_size_and_eager_agree(miner):
    signature = tf.TensorSpec([None], tf.int64), tf.TensorSpec([None, None])
    graph = tf.function(miner, input_signature=signature)
    labels, x = batch()
    for rows in (10, 7):
        y, d = labels[:rows].astype(np.int64), distances(x[:rows])
        for found, expected in zip(graph(y, d), miner(y, d), strict=True):
            np.testing.assert_array_equal(found, expected)


def test_config_round_trip_alone_and_within_a_loss(miner, uncompiled):
    for outer, inner in ((miner, lambda m: m), (losses.TripletLoss(strategy=miner), mined)):
        config = keras.saving.serialize_keras_object(outer)
        again = inner(keras.saving.deserialize_keras_object(config))
        assert type(again) is type(miner)
        assert again.get_config() == miner.get_config()


def mined(loss):
    return miners.get(loss.get_config()["strategy"])


def test_refuses_another_number_of_labels(miner):
    labels, x = batch()
    for count in (1, 9):
        with pytest.raises(ValueError, match="Expected one label for each row"):
            miner(labels[:count], distances(x))
