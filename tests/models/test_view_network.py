"""Training without labels: what becomes of the views, and that embeddings improve."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from models.helpers import SHAPE, images_and_labels, tiny_encoder

from tfmetric import losses, models


def views_of(images, noise=0.3, seed=2):
    rng = np.random.default_rng(seed)
    shape = (len(images), 2, *SHAPE)
    return images[:, None] + noise * rng.random(shape, dtype=np.float32)


def dense(inputs, outputs):
    return keras.Sequential([keras.Input((inputs,)), keras.layers.Dense(outputs)])


def nearest_neighbour_accuracy(embeddings, labels):
    similar = embeddings @ embeddings.T - 2 * np.eye(len(labels))
    return np.mean(labels[similar.argmax(axis=1)] == labels)


def test_each_view_goes_through_the_parts_on_its_own():
    images, _ = images_and_labels()
    views = views_of(images)
    network = models.EmbeddingNetwork(tiny_encoder(), 8)
    projector, predictor = dense(8, 6), dense(6, 6)
    outputs = models.ViewNetwork(network, projector, predictor).predict(views, verbose=0)
    assert outputs.shape == (len(images), 4, 6)
    for view in range(2):
        projected = projector.predict(network.embed(views[:, view]), verbose=0)
        np.testing.assert_allclose(outputs[:, 2 + view], projected, atol=1e-6)
        predicted = predictor.predict(projected, verbose=0)
        np.testing.assert_allclose(outputs[:, view], predicted, atol=1e-6)


def test_training_without_labels_finds_the_classes():
    images, labels = images_and_labels(per_class=24)
    views = tf.data.Dataset.from_tensor_slices(views_of(images)).batch(48)
    keras.utils.set_random_seed(4)
    network = models.EmbeddingNetwork(tiny_encoder(), 8)
    before = nearest_neighbour_accuracy(network.embed(images), labels)
    model = models.ViewNetwork(network)
    model.compile(keras.optimizers.Adam(0.01))
    model.fit(views, epochs=30, verbose=0)
    after = nearest_neighbour_accuracy(network.embed(images), labels)
    assert after > before + 0.1


def test_a_predictor_serves_simsiam():
    images, _ = images_and_labels()
    network = models.EmbeddingNetwork(tiny_encoder(), 8)
    model = models.ViewNetwork(network, predictor=dense(8, 8))
    model.compile(keras.optimizers.Adam(0.01), loss=losses.SimSiamLoss())
    history = model.fit(views_of(images), epochs=4, verbose=0).history["loss"]
    assert history[-1] < history[0]


def test_what_is_no_model_or_has_no_views_is_refused():
    for parts in ((None,), ("conv4",), (tiny_encoder(), keras.layers.Dense(3))):
        with pytest.raises(ValueError, match="Expected a Keras model"):
            models.ViewNetwork(*parts)
    with pytest.raises(ValueError, match="MultiView"):
        models.ViewNetwork(dense(4, 4)).predict(np.zeros((3, 4), "float32"), verbose=0)
