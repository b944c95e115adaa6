"""Every loss that scores each row by itself: tuples of distances, values of codes."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf
from conformance.exports import TUPLE_LOSSES, changed_settings, tuples

pytestmark = pytest.mark.filterwarnings("ignore:Even though the:UserWarning")


@pytest.fixture(params=TUPLE_LOSSES, ids=lambda item: item.__name__)
def item(request, uncompiled):
    return request.param


def scores(loss, target, values):
    return np.ravel(loss(target, values))


def test_rows_are_scored_one_by_one(item):
    target, values = tuples(item)
    rows = scores(item(reduction=None), target, values)
    assert len(rows) == len(values)
    assert len(np.unique(rows)) > 2
    for i in range(len(values)):
        alone = scores(item(reduction=None), target[i : i + 1], values[i : i + 1])
        assert np.isclose(alone[0], rows[i])
    assert np.isclose(item()(target, values), np.mean(rows))


@pytest.mark.parametrize("scale", [0, 1e-4, 300])
def test_is_finite_at_every_scale(item, scale):
    target, values = tuples(item)
    values = tf.constant(values * np.float32(scale))
    with tf.GradientTape() as tape:
        tape.watch(values)
        loss = item()(target, values)
    assert np.isfinite(loss)
    assert np.isfinite(tape.gradient(loss, values)).all()


def test_nan_is_never_hidden(item):
    target, values = tuples(item)
    for row in range(len(values)):
        hole = values.copy()
        hole[row, 0] = np.nan
        assert np.isnan(item()(target, hole))


@pytest.mark.parametrize("half", ["float16", "bfloat16"])
def test_half_precision_is_computed_in_float32(item, half):
    target, values = tuples(item)
    rounded = tf.cast(values, half)
    loss = item()(target, rounded)
    assert loss.dtype == tf.float32
    assert np.isclose(loss, item()(target, tf.cast(rounded, tf.float32)), rtol=1e-6)
    tolerance = {"float16": 5e-3, "bfloat16": 4e-2}[half]
    assert np.isclose(loss, item()(target, values), rtol=tolerance)


def test_config_round_trip(item):
    target, values = tuples(item)
    loss = item(**changed_settings(item), name="mine", reduction="sum")
    config = loss.get_config()
    assert set(config) == set(inspect.signature(item).parameters)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert again.get_config() == config
    assert again(target, values) == loss(target, values) != item()(target, values)


def test_sample_weights_weigh_the_rows(item):
    target, values = tuples(item)
    rows = scores(item(reduction=None), target, values)
    weights = np.float32([0, 2, 1, 0, 1, 0.5, 1, 1, 3, 0])
    weighted = item()(target, values, weights)
    assert np.isclose(weighted, np.mean(weights * rows), rtol=1e-5)


@pytest.mark.parametrize("traced", TUPLE_LOSSES, ids=lambda item: item.__name__)
def test_compiled_and_eager_agree(traced):
    target, values = tuples(traced)
    loss = traced()
    compiled = loss(target, values)
    tf.config.run_functions_eagerly(True)
    try:
        assert np.isclose(compiled, loss(target, values), rtol=1e-6)
    finally:
        tf.config.run_functions_eagerly(False)


def test_trains_saves_and_loads_in_a_stock_model(item, tmp_path):
    keras.utils.set_random_seed(3)
    target, values = tuples(item)
    head = keras.layers.Dense(values.shape[1], activation="softplus")
    model = keras.Sequential([keras.Input(values.shape[1:]), head])
    model.compile(keras.optimizers.SGD(1e-2), loss=item(), run_eagerly=True)
    before = model.evaluate(values, target, verbose=0)
    model.fit(values, target, verbose=0)
    after = model.evaluate(values, target, verbose=0)
    assert after < before
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert np.isclose(again.evaluate(values, target, verbose=0), after, rtol=1e-6)
