"""Every exported layer: settings, precision, saving."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf
from conformance.exports import ARGUMENTS, batch, build, changed_settings, classes

from tfmetric import layers

# Layers that give the type they are given; the others give float32.
KEEPS_DTYPE = {"Sign"}


# The memory takes labels in training; its own tests go through the same.
ALIKE = [
    item
    for item in classes(layers, keras.layers.Layer)
    if item is not layers.CrossBatchMemory
]


@pytest.fixture(params=ALIKE, ids=lambda item: item.__name__)
def item(request):
    return request.param


def settings_of(item):
    own = changed_settings(item)
    return {**ARGUMENTS.get(item.__name__, {}), **own}


def test_config_round_trip(item):
    layer = item(**settings_of(item), name="mine", trainable=False)
    config = layer.get_config()
    assert set(inspect.signature(item).parameters) <= set(config)
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(layer)
    )
    assert type(again) is item
    assert again.get_config() == config
    for name, value in settings_of(item).items():
        assert getattr(again, name) == value


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("scale", [1e-4, 1.0, 300.0])
def test_is_finite_under_mixed_precision(item, policy, scale):
    keras.config.set_dtype_policy(policy)
    try:
        inputs = keras.Input((4,))
        outputs = build(item)(inputs)
        model = keras.Model(inputs, outputs)
    finally:
        keras.config.set_dtype_policy("float32")
    _, x = batch()
    half = tf.as_dtype(policy.removeprefix("mixed_"))
    x = tf.Variable(tf.cast(x * scale, half))
    with tf.GradientTape() as tape:
        y = model(x, training=True)
        single = tf.cast(y, tf.float32)
        size = max(1, np.abs(single).max())  # so that the true gradient fits into half
        total = tf.reduce_sum(single**3) / size**2
    assert y.dtype == (half if item.__name__ in KEEPS_DTYPE else tf.float32)
    assert outputs.dtype == y.dtype.name
    assert np.isfinite(tf.cast(y, tf.float32)).all()
    assert np.isfinite(tf.cast(tape.gradient(total, x), tf.float32)).all()


def test_shapes_are_announced(item):
    _, x = batch()
    layer = build(item)
    announced = layer.compute_output_shape((None, 4))
    assert layer(x[:0]).shape == (0, *announced[1:])
    assert layer(x).shape == (10, *announced[1:])


def test_save_and_load_give_the_same_values(item, tmp_path):
    labels, x = batch()
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(6), build(item)])
    model.compile("sgd", loss="mse", run_eagerly=True)
    model.fit(x, np.zeros((10, *model.output_shape[1:])), verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(x), model(x))
