"""Every loss on code values that reads no labels: statistics of bits, and features."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf
from conformance.exports import (
    FEATURE_LOSSES,
    UNLABELLED_LOSSES,
    batch,
    codes,
)

pytestmark = pytest.mark.filterwarnings("ignore:Even though the:UserWarning")

ITEMS = [*UNLABELLED_LOSSES, *FEATURE_LOSSES]


@pytest.fixture(params=ITEMS, ids=lambda item: item.__name__)
def item(request, uncompiled):
    """A class with its defaults, run without tracing."""
    return request.param


def of(target, rows):
    """Some rows of a target, if there is one."""
    return None if target is None else target[rows]


def test_permutation_permutes_the_rows(item):
    target, x = codes(item)
    loss = item(reduction=None)
    order = np.random.default_rng(5).permutation(len(x))
    rows = loss(target, x).numpy()
    assert rows.shape == (len(x),)
    np.testing.assert_allclose(loss(of(target, order), x[order]), rows[order], rtol=1e-4)
    assert np.isclose(item()(target, x), np.mean(rows), rtol=1e-6)


@pytest.mark.parametrize("free", UNLABELLED_LOSSES, ids=lambda item: item.__name__)
def test_targets_play_no_part(free, uncompiled):
    _, x = codes(free)
    expected = free()(None, x)
    for target in (np.full(10, 0.5), np.arange(3), np.array(["a"] * 10), [[1.0], [2.0]]):
        assert free()(target, x) == expected


DEGENERATE = {
    "one example": lambda x: x[:1],
    "two examples": lambda x: x[:2],
    "collapsed": lambda x: np.tile(x[:1], (len(x), 1)),
    "all zero": lambda x: x * 0,
    "one zero": lambda x: np.concatenate([x[:1] * 0, x[1:]]),
    "tiny": lambda x: x * np.float32(1e-4),
    "large": lambda x: x * np.float32(300),
    "one bit": lambda x: x[:, :1],
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_batches_are_finite(item, name):
    target, x = codes(item)
    x = tf.constant(DEGENERATE[name](x))
    target = target if target is None else DEGENERATE[name](target)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = item()(target, x)
    assert np.isfinite(value)
    assert value >= 0
    assert np.isfinite(tape.gradient(value, x)).all()


def test_no_example_has_no_row(item):
    target, x = codes(item)
    x = tf.constant(x[:0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        rows = item().call(of(target, slice(0)), x)
    assert rows.shape == (0,)
    assert tape.gradient(rows, x).shape == (0, 8)


@pytest.mark.parametrize("rows", [1, 10])
def test_nan_is_never_hidden(item, rows):
    target, x = codes(item, rows)
    for array in (x, target) if item in FEATURE_LOSSES else (x,):
        kept = array.copy()
        array[rows // 2, 1] = np.nan
        assert np.isnan(item()(target, x))
        array[:] = kept


def test_refuses_what_is_no_set_of_codes(item):
    target, x = codes(item)
    for wrong in (x[:, 0], x[..., None]):
        with pytest.raises(ValueError, match=r"Expected vectors of shape \(items, dim\)"):
            item()(target, wrong)


def test_config_round_trip(item):
    target, x = codes(item)
    loss = item(name="mine", reduction="sum")
    config = loss.get_config()
    assert set(config) == set(inspect.signature(item).parameters)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert type(again) is item
    assert again.get_config() == config
    assert again(target, x) == loss(target, x) != item()(target, x)


@pytest.mark.parametrize("half", ["float16", "bfloat16"])
def test_half_precision_is_computed_in_float32(item, half):
    target, x = codes(item)
    rounded = tf.cast(x, half)
    value = item()(target, rounded)
    assert value.dtype == tf.float32
    assert np.isclose(value, item()(target, tf.cast(rounded, tf.float32)), rtol=1e-6)
    assert np.isclose(value, item()(target, x), rtol=4e-2)


def test_sample_weights_weigh_the_rows(item):
    target, x = codes(item)
    rows = item(reduction=None)(target, x).numpy()
    weights = np.float32([0, 2, 1, 0, 1, 0.5, 1, 1, 3, 0])
    for form in (weights, weights[:, None]):
        assert np.isclose(item()(target, x, form), np.mean(weights * rows), rtol=1e-5)
    assert np.isclose(item(reduction="sum")(target, x), np.sum(rows), rtol=1e-5)


@pytest.mark.parametrize("traced", ITEMS, ids=lambda item: item.__name__)
def test_eager_graph_and_xla_agree(traced):
    target, x = codes(traced)
    loss = traced(reduction=None)
    target = np.zeros((10, 1), np.float32) if target is None else target
    shapes = [[None, each.shape[1]] for each in (target, x)]
    graph = tf.function(loss, input_signature=[tf.TensorSpec(shape) for shape in shapes])
    xla = tf.function(loss, jit_compile=True)
    found = graph(target, x), graph(target[:6], x[:6]), xla(target, x)
    tf.config.run_functions_eagerly(True)
    try:
        whole, part = loss(target, x), loss(target[:6], x[:6])
    finally:
        tf.config.run_functions_eagerly(False)
    for values, expected in zip(found, (whole, part, whole), strict=True):
        np.testing.assert_allclose(values, expected, rtol=1e-5, atol=1e-6)


def stock_model(item, policy="float32"):
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, dtype=policy)])
    model.compile(keras.optimizers.SGD(1e-2), loss=item(), run_eagerly=True)
    return model


def test_trains_saves_and_loads_in_a_stock_model(item, tmp_path):
    """Without targets, if the loss reads none."""
    _, x = batch()
    target = x if item in FEATURE_LOSSES else None
    model = stock_model(item)
    before = model.evaluate(x, target, verbose=0, batch_size=10)
    assert np.isclose(before, item()(target, model(x)), rtol=1e-5)
    model.fit(x, target, batch_size=10, verbose=0)
    after = model.evaluate(x, target, verbose=0, batch_size=10)
    assert after < before
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    found = again.evaluate(x, target, verbose=0, batch_size=10)
    assert np.isclose(found, after, rtol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_trains_under_mixed_precision(item, policy):
    _, x = batch()
    model = stock_model(item, policy)
    before = model.get_weights()[0]
    target = x if item in FEATURE_LOSSES else None
    history = model.fit(x, target, verbose=0).history["loss"]
    assert np.isfinite(history).all()
    after = model.get_weights()[0]
    assert np.isfinite(after).all()
    assert np.abs(after - before).max() > 0
