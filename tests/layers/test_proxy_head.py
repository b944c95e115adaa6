"""The proxies of classes: cosines, precision, weights, training in a stock model."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfmetric.layers import ProxyHead
from tfmetric.layers.regularizers import SparseCenters
from tfmetric.losses import ArcFaceLoss, SoftTripleLoss

X = np.random.default_rng(0).normal(size=(6, 5)).astype(np.float32)


def cosine(a, b):
    a, b = np.float64(a), np.float64(b)
    return a @ b / np.sqrt(a @ a) / np.sqrt(b @ b)


def test_gives_the_cosine_to_every_proxy():
    proxies = np.random.default_rng(1).normal(size=(3, 5)) * [[0.01], [1], [1000]]
    head = ProxyHead(3)
    head.build((None, 5))
    head.set_weights([proxies])
    expected = [[cosine(x, p) for p in proxies] for x in X]
    for length in (1e-4, 1.0, 300.0):
        np.testing.assert_allclose(head(X * np.float32(length)), expected, atol=1e-6)


def test_gives_the_cosine_to_every_center_of_every_class():
    proxies = np.random.default_rng(1).normal(size=(3, 2, 5))
    head = ProxyHead(3, centers_per_class=2)
    head.build((None, 5))
    head.set_weights([proxies])
    expected = [[[cosine(x, p) for p in centers] for centers in proxies] for x in X]
    np.testing.assert_allclose(head(X), expected, atol=1e-6)
    assert head(X[:0]).shape == (0, 3, 2)


@pytest.mark.parametrize("centers", [1, 4])
@pytest.mark.parametrize("initializer", ["random_normal", "orthogonal", "he_uniform"])
def test_proxies_start_at_length_one(initializer, centers):
    head = ProxyHead(5, centers, proxy_initializer=initializer)
    head.build((None, 30))
    lengths = np.linalg.norm(head.proxies, axis=-1)
    np.testing.assert_allclose(lengths, np.ones_like(lengths), rtol=1e-5)
    if initializer == "orthogonal":  # of all proxies, not class by class
        rows = np.reshape(head.proxies, (-1, 30))
        np.testing.assert_allclose(rows @ rows.T, np.eye(len(rows)), atol=1e-5)


@pytest.mark.parametrize("dtype", [None, "mixed_float16", "float16", "bfloat16", "float64"])
def test_weights_and_cosines_keep_their_precision(dtype):
    head = ProxyHead(3) if dtype is None else ProxyHead(3, dtype=dtype)
    half = np.float16(X)
    cosines = head(half)
    assert head.proxies.dtype == "float32"
    assert cosines.dtype == (tf.float64 if dtype == "float64" else tf.float32)
    if dtype != "bfloat16":  # which rounds the input
        expected = [[cosine(x, p) for p in head.get_weights()[0]] for x in half]
        np.testing.assert_allclose(cosines, expected, atol=1e-6)


def test_a_half_precision_step_leaves_the_proxies_whole():
    """pytorch-metric-learning makes half of the weights when given half embeddings."""
    head = ProxyHead(3)
    x = tf.Variable(X, dtype=tf.float16)
    with tf.GradientTape() as tape:
        loss = ArcFaceLoss()([0, 1, 2, 0, 1, 2], head(x))
    before = head.get_weights()[0]
    slope = tape.gradient(loss, head.proxies.value)
    assert slope.dtype == tf.float32
    keras.optimizers.SGD(1e-5).apply([slope], [head.proxies])
    assert head.proxies.dtype == "float32"
    assert (
        0 < np.abs(head.get_weights()[0] - before).max() < 1e-3
    )  # below half a half's step
    assert np.any(before != before.astype(np.float16))


def test_zero_embeddings_and_zero_proxies_have_cosine_zero():
    head = ProxyHead(2, proxy_initializer="zeros")
    x = tf.Variable(np.zeros((2, 3), np.float32))
    with tf.GradientTape() as tape:
        cosines = head(x)
    assert not cosines.numpy().any()
    for slope in tape.gradient(cosines, [x, head.proxies.value]):
        assert np.isfinite(slope).all()


def test_regularizer_is_added_to_the_loss_of_the_model():
    regularizer = SparseCenters(weight=0.5)
    head = ProxyHead(3, 2, proxy_regularizer=regularizer)
    head(X)
    assert np.isclose(head.losses[0], regularizer(head.proxies))


def test_settings_survive_a_round_trip():
    head = ProxyHead(3, 2, keras.initializers.RandomNormal(seed=4), SparseCenters(0.7))
    again = ProxyHead.from_config(head.get_config())
    assert again.get_config() == head.get_config()
    assert isinstance(again.proxy_regularizer, SparseCenters)
    np.testing.assert_array_equal(again(X), head(X))


@pytest.mark.parametrize("count", [1, 0, 2.5, "8", None])
def test_refuses_a_number_of_classes_without_sense(count):
    with pytest.raises(ValueError, match="Expected num_classes to be a whole number"):
        ProxyHead(count)
    with pytest.raises(ValueError, match="Expected centers_per_class to be a whole number"):
        ProxyHead(3, centers_per_class=0)


def test_refuses_images():
    with pytest.raises(ValueError, match="expected ndim=2, found ndim=4"):
        ProxyHead(3)(np.zeros((2, 8, 8, 3)))


def blobs(classes=4, each=12, dim=8):
    generator = np.random.default_rng(5)
    labels = np.arange(classes * each) % classes
    centers = generator.normal(size=(classes, dim)) * 2
    x = centers[labels] + generator.normal(size=(len(labels), dim))
    return x.astype(np.float32), labels


def nearest_mean_accuracy(x, labels):
    means = np.stack([x[labels == c].mean(axis=0) for c in range(labels.max() + 1)])
    nearest = np.argmax(
        x @ (means / np.linalg.norm(means, axis=1, keepdims=True)).T, axis=1
    )
    return np.mean(nearest == labels)


def test_separates_classes_in_a_stock_model_and_is_saved(tmp_path):
    keras.utils.set_random_seed(1)
    x, labels = blobs()
    encoder = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3)])
    model = keras.Sequential([encoder, ProxyHead(num_classes=4)])
    model.compile(keras.optimizers.Adam(0.05), loss=ArcFaceLoss(scale=16))
    before = nearest_mean_accuracy(encoder.predict(x, verbose=0), labels)
    model.fit(x, labels, epochs=40, batch_size=48, verbose=0)
    after = nearest_mean_accuracy(encoder.predict(x, verbose=0), labels)
    assert before < 0.8 < 0.95 < after
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    np.testing.assert_array_equal(again.layers[-1].proxies, model.layers[-1].proxies)


def test_soft_triple_trains_several_centers_of_a_class():
    keras.utils.set_random_seed(0)
    x, labels = blobs(classes=6)
    labels %= 3  # every class is two blobs
    head = ProxyHead(3, centers_per_class=4, proxy_regularizer=SparseCenters(0.2))
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4), head])
    model.compile(keras.optimizers.Adam(0.05), loss=SoftTripleLoss())
    history = model.fit(x, labels, epochs=20, batch_size=72, verbose=0).history["loss"]
    assert history[-1] < history[0] / 4
