"""Every form of labels, through `fit` of a stock Keras model and the tracing it does."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfmetric.losses import NTXentLoss

X = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)
IDS = np.array([0, 0, 1, 1, 2, 2, 3, 3])
WORDS = np.array(list("aabbccdd"))
TARGETS = {
    "ids": IDS,
    "wide ids": IDS + 2**40,
    "strings as objects": WORDS.astype(object),
    "strings in a tensor": tf.constant(WORDS),
    "multi-hot": np.eye(4)[IDS],
    "pair matrix": np.equal.outer(IDS, IDS),
}


def trained(batches):
    layer = keras.layers.Dense(3, use_bias=False, kernel_initializer="orthogonal")
    layer.build((None, 4))
    layer.kernel.assign(np.linspace(-1, 1, 12).reshape(4, 3))
    model = keras.Sequential([layer])
    model.compile(keras.optimizers.SGD(0.1), loss=NTXentLoss(temperature=0.5))
    model.fit(batches, epochs=2, shuffle=False, verbose=0)
    return model.get_weights()[0]


@pytest.mark.parametrize("form", TARGETS)
def test_every_form_of_labels_trains_the_same_weights(form):
    def dataset(target):
        return tf.data.Dataset.from_tensors((X, target))

    expected = trained(dataset(IDS))
    assert np.abs(expected - np.linspace(-1, 1, 12).reshape(4, 3)).max() > 1e-3
    np.testing.assert_allclose(trained(dataset(TARGETS[form])), expected, atol=1e-5)


def test_arrays_of_string_objects_train():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile("sgd", loss=NTXentLoss())
    history = model.fit(X, WORDS.astype(object), batch_size=8, epochs=2, verbose=0).history
    assert np.isfinite(history["loss"]).all()
