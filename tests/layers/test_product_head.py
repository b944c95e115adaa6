"""The vectors of classes: cosines and lengths, precision, weights, training."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfmetric.layers import ProductHead
from tfmetric.losses import LargeMarginSoftmaxLoss

X = np.random.default_rng(0).normal(size=(6, 5)).astype(np.float32)


def test_gives_the_inner_product_in_two():
    proxies = np.random.default_rng(1).normal(size=(3, 5)) * [[0.1], [1], [10]]
    head = ProductHead(3)
    head.build((None, 5))
    head.set_weights([proxies])
    for length in (1e-4, 1.0, 300.0):
        x = np.float64(X) * length
        lengths = np.linalg.norm(x, axis=1)[:, None] * np.linalg.norm(proxies, axis=1)
        expected = np.stack([x @ proxies.T / lengths, lengths], axis=2)
        np.testing.assert_allclose(head(np.float32(x)), expected, rtol=1e-4)


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16", "float16", "float64"])
def test_weights_and_products_keep_their_precision(dtype):
    head = ProductHead(3, dtype=dtype)
    products = head(np.float16(X))
    assert head.proxies.dtype == "float32"
    assert products.dtype == (tf.float64 if dtype == "float64" else tf.float32)


def test_settings_survive_a_round_trip():
    head = ProductHead(
        3, keras.initializers.RandomNormal(seed=4), keras.regularizers.L2(0.1)
    )
    again = ProductHead.from_config(head.get_config())
    assert again.get_config() == head.get_config()
    np.testing.assert_array_equal(again(X), head(X))
    assert np.isclose(head.losses[0], 0.1 * np.sum(np.square(head.proxies)))


def test_refuses_what_has_no_sense():
    with pytest.raises(ValueError, match="Expected num_classes to be a whole number"):
        ProductHead(1)
    with pytest.raises(ValueError, match="expected ndim=2, found ndim=3"):
        ProductHead(3)(np.zeros((2, 8, 3)))


def test_separates_classes_in_a_stock_model():
    keras.utils.set_random_seed(1)
    generator = np.random.default_rng(5)
    labels = np.arange(48) % 4
    x = generator.normal(size=(4, 8))[labels] * 2 + generator.normal(size=(48, 8))
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(3), ProductHead(4)])
    model.compile(keras.optimizers.Adam(0.05), loss=LargeMarginSoftmaxLoss(margin=2))
    model.fit(x, labels, epochs=40, batch_size=48, verbose=0)
    logits = np.prod(model.predict(x, verbose=0), axis=2)
    assert np.mean(np.argmax(logits, axis=1) == labels) > 0.9
