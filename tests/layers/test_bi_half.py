"""Each bit to half of the batch."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfmetric.layers import BiHalf


def values(rows, bits=5, seed=0):
    x = np.random.default_rng(seed).normal(size=(rows, bits)) ** 3 + 1
    return x.astype(np.float32)


@pytest.mark.parametrize("rows", [1, 2, 7, 10])
def test_the_larger_half_is_set(rows):
    x = values(rows)
    codes = BiHalf()(x, training=True).numpy()
    for bit in range(x.shape[1]):
        largest = np.argsort(-x[:, bit])[: rows // 2]
        expected = [1 if row in largest else -1 for row in range(rows)]
        assert codes[:, bit].tolist() == expected


def test_at_rest_it_is_the_sign():
    x = np.float32([[0.0, 1e-6, -3.0], [4.0, 5.0, 6.0]])
    assert BiHalf()(x).numpy().tolist() == [[-1, 1, -1], [1, 1, 1]]


def test_equal_values_are_not_set():
    assert np.all(BiHalf()(np.full((4, 2), 3.0, np.float32), training=True) == -1)


def test_gradient_is_the_upstream_and_a_pull_to_the_code():
    """The paper's equation 9: g + gamma · (u - b) / size."""
    x, upstream = tf.Variable(values(6)), values(6, seed=1)
    layer = BiHalf(gamma=3.0)
    with tf.GradientTape() as tape:
        codes = layer(x, training=True)
        loss = tf.reduce_sum(codes * upstream) + tf.add_n(layer.losses)
    expected = upstream + 3.0 * (x.numpy() - codes.numpy()) / 30
    np.testing.assert_allclose(tape.gradient(loss, x), expected, rtol=1e-5)


def test_nan_is_never_hidden():
    x = values(4)
    x[1, 2] = np.nan
    assert np.isnan(BiHalf()(x, training=True)).any()
    assert np.isnan(BiHalf()(x)).any()


def test_an_empty_batch_adds_nothing():
    layer = BiHalf()
    assert layer(np.zeros((0, 3), np.float32), training=True).shape == (0, 3)
    assert float(layer.losses[0]) == 0


def test_refuses_what_is_no_code():
    with pytest.raises(ValueError, match="Expected code values"):
        BiHalf()(np.zeros((2, 3, 4), np.float32))


def test_the_added_loss_is_logged_in_the_total():
    x = values(8)
    same = keras.layers.Dense(5, kernel_initializer="identity")
    model = keras.Sequential([keras.Input((5,)), same, BiHalf(gamma=2.0)])
    model.compile("sgd", loss="mse")
    history = model.fit(x, np.zeros_like(x), batch_size=8, verbose=0).history["loss"]
    order = np.argsort(np.argsort(-x, axis=0), axis=0)
    codes = np.where(order < 4, 1, -1)
    # Codes are a distance of one from the targets.
    assert history[0] == pytest.approx(1 + np.mean((x - codes) ** 2), rel=1e-5)
