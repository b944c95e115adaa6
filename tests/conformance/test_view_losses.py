"""Every loss on views of examples, through the gauntlet of the batch losses."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf
from conformance.exports import (
    LABELLED_VIEW_LOSSES,
    VIEW_LOSSES,
    VIEWS,
    build,
    changed_settings,
    views,
)

pytestmark = pytest.mark.filterwarnings("ignore:Even though the:UserWarning")

LABEL_FREE = [item for item in VIEW_LOSSES if item not in LABELLED_VIEW_LOSSES]


@pytest.fixture(params=VIEW_LOSSES, ids=lambda item: item.__name__)
def item(request, uncompiled):
    """A class with its defaults, run without tracing."""
    return request.param


def lowest(item):
    """Negative cosines go down to -1; everything else to zero."""
    return -1.000001 if item.__name__ == "SimSiamLoss" else 0


def loss_and_gradient(loss, target, x):
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = loss(target, x)
    return float(value), tape.gradient(value, x).numpy()


def test_permutation_permutes_the_rows(item):
    target, x = views(item)
    loss = build(item, reduction=None)
    order = np.random.default_rng(5).permutation(len(x))
    rows = loss(target, x).numpy()
    assert rows.shape == (len(x),)
    permuted = loss(None if target is None else target[order], x[order])
    np.testing.assert_allclose(permuted, rows[order], rtol=1e-4)
    assert np.isclose(build(item)(target, x), np.mean(rows), rtol=1e-6)


@pytest.mark.parametrize("free", LABEL_FREE, ids=lambda item: item.__name__)
def test_targets_play_no_part(free, uncompiled):
    _, x = views(free)
    loss = build(free)
    expected = loss(None, x)
    for target in (np.zeros(10), np.arange(3), np.array(["a"] * 10), [[1.0], [2.0]]):
        assert loss(target, x) == expected


DEGENERATE = {
    "one example": lambda x: x[:1],
    "two examples": lambda x: x[:2],
    "views are equal": lambda x: np.repeat(x[:, :1], x.shape[1], axis=1),
    "duplicates": lambda x: x[[0, 0, 0, 3, 3, 3, 6, 6, 6, 6]],
    "collapsed": lambda x: np.broadcast_to(x[:1, :1], x.shape).copy(),
    "all zero": lambda x: x * 0,
    "one zero": lambda x: np.concatenate([x[:1] * 0, x[1:]]),
    "tiny": lambda x: x * np.float32(1e-4),
    "large": lambda x: x * np.float32(300),
    "one dimension": lambda x: x[:, :, :1],
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_batches_are_finite(item, name):
    target, x = views(item)
    x = DEGENERATE[name](x)
    target = None if target is None else target[: len(x)]
    value, gradient = loss_and_gradient(build(item), target, x)
    assert np.isfinite(value)
    assert value >= lowest(item)
    assert np.isfinite(gradient).all()


def test_a_batch_of_nothing_is_refused(item):
    target, x = views(item)
    target = None if target is None else target[:0]
    with pytest.raises(ValueError, match="Expected a batch of at least one example"):
        build(item)(target, x[:0])


def test_nan_is_never_hidden(item):
    target, x = views(item)
    for view in range(x.shape[1]):
        hole = x.copy()
        hole[3, view, 1] = np.nan
        assert np.isnan(build(item)(target, hole)), view


def test_refuses_what_is_no_set_of_views(item):
    target, x = views(item)
    with pytest.raises(ValueError, match="Expected the views of each example"):
        build(item)(target, x[:, 0])
    if VIEWS.get(item.__name__) != 3:  # the wrappers take any number
        with pytest.raises(ValueError, match=rf"Expected {x.shape[1]} views of each"):
            build(item)(target, np.concatenate([x, x], axis=1))


def test_config_round_trip(item):
    target, x = views(item)
    loss = build(item, **changed_settings(item), name="mine", reduction="sum")
    config = loss.get_config()
    assert set(config) == set(inspect.signature(item).parameters)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert type(again) is item
    assert again.get_config() == config
    assert again(target, x) == loss(target, x) != build(item)(target, x)


@pytest.mark.parametrize("half", ["float16", "bfloat16"])
def test_half_precision_is_computed_in_float32(item, half):
    target, x = views(item)
    rounded = tf.cast(x, half)
    value = build(item)(target, rounded)
    assert value.dtype == tf.float32
    assert np.isclose(value, build(item)(target, tf.cast(rounded, tf.float32)), 1e-6)
    tolerance = {"float16": 5e-3, "bfloat16": 4e-2}[half]
    assert np.isclose(value, build(item)(target, x), rtol=tolerance, atol=tolerance / 10)


def test_sample_weights_weigh_the_rows(item):
    target, x = views(item)
    rows = build(item, reduction=None)(target, x).numpy()
    weights = np.float32([0, 2, 1, 0, 1, 0.5, 1, 1, 3, 0])
    expected = np.mean(weights * rows)
    for form in (weights, weights[:, None]):
        assert np.isclose(build(item)(target, x, form), expected, rtol=1e-5)


@pytest.mark.parametrize("traced", VIEW_LOSSES, ids=lambda item: item.__name__)
def test_eager_graph_and_xla_agree(traced):
    target, x = views(traced)
    loss = build(traced, reduction=None)
    target = tf.zeros(10, tf.int64) if target is None else tf.constant(target)
    spec = [tf.TensorSpec([None], tf.int64), tf.TensorSpec([None, *x.shape[1:]])]
    graph = tf.function(loss, input_signature=spec)
    xla = tf.function(loss, jit_compile=True)
    found = graph(target, x), graph(target[:6], x[:6]), xla(target, x)
    tf.config.run_functions_eagerly(True)
    try:
        whole, part = loss(target, x), loss(target[:6], x[:6])
    finally:
        tf.config.run_functions_eagerly(False)
    for values, expected in zip(found, (whole, part, whole), strict=True):
        np.testing.assert_allclose(values, expected, rtol=1e-5, atol=1e-6)
    with pytest.raises(tf.errors.InvalidArgumentError, match="at least one example"):
        graph(target[:0], x[:0])


def two_view_model(item, policy="float32"):
    """A stock functional model: one encoder, as many outputs as the loss wants."""
    keras.utils.set_random_seed(3)
    count = VIEWS.get(item.__name__, 2)
    inputs = [keras.Input((4,)) for _ in range(count)]
    encoder = keras.layers.Dense(3, dtype=policy)
    model = keras.Model(inputs, keras.ops.stack([encoder(x) for x in inputs], axis=1))
    model.compile(keras.optimizers.SGD(1e-3), loss=build(item), run_eagerly=True)
    return model, encoder


def test_trains_saves_and_loads_in_a_stock_model(item, tmp_path):
    target, x = views(item)
    model, _ = two_view_model(item)
    inputs = [x[:, view] for view in range(x.shape[1])]
    before = model.evaluate(inputs, target, verbose=0, batch_size=10)
    assert np.isclose(before, build(item)(target, model(inputs)), rtol=1e-5)
    model.fit(inputs, target, batch_size=10, verbose=0)
    after = model.evaluate(inputs, target, verbose=0, batch_size=10)
    assert after < before
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.loss.get_config() == model.loss.get_config()
    again_after = again.evaluate(inputs, target, verbose=0, batch_size=10)
    assert np.isclose(again_after, after, rtol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_trains_under_mixed_precision(item, policy):
    target, x = views(item)
    model, encoder = two_view_model(item, policy)
    inputs = [x[:, view] for view in range(x.shape[1])]
    history = model.fit(inputs, target, verbose=0).history["loss"]
    assert np.isfinite(history).all()
    assert np.isfinite(encoder.get_weights()[0]).all()
