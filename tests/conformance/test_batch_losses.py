"""Every loss that compares the examples of a batch, through the same gauntlet."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf
from conformance.exports import (
    BATCH_LOSSES,
    COUNTS_CLASSES,
    IDS_ONLY,
    PENALIZED,
    SIGNED,
    batch,
    build,
    changed_settings,
    distance_settings,
    label,
    takes_memory,
    with_variants,
)

from tfmetric._core._pairs import Memory

pytestmark = pytest.mark.filterwarnings("ignore:Even though the:UserWarning")

CASES = with_variants(BATCH_LOSSES)
# Batches on which a distance itself is at a corner.
CORNERS = {"collapsed", "all zero", "duplicates across classes"}


@pytest.fixture(params=CASES, ids=label)
def case(request, uncompiled):
    """A class and its settings, run without tracing."""
    return request.param


@pytest.fixture(params=BATCH_LOSSES, ids=lambda item: item.__name__)
def item(request, uncompiled):
    """A class with its defaults, run without tracing."""
    return request.param


def loss_and_gradient(loss, labels, x):
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = loss(labels, x)
    return float(value), tape.gradient(value, x).numpy()


def test_permutation_permutes_the_rows(case):
    item, settings = case
    loss = item(**settings, reduction=None)
    labels, x = batch()
    order = np.random.default_rng(5).permutation(len(x))
    rows = loss(labels, x).numpy()
    assert rows.shape == (len(x),)
    assert len(np.unique(rows)) > 2
    np.testing.assert_allclose(loss(labels[order], x[order]), rows[order], rtol=1e-4)


def test_the_mean_of_the_rows_is_the_loss(item):
    labels, x = batch()
    rows = item(reduction=None)(labels, x)
    assert np.isclose(item()(labels, x), np.mean(rows), rtol=1e-6)


def test_renaming_the_classes_changes_nothing(item):
    labels, x = batch()
    loss = item()
    assert np.isclose(loss(7 - 3 * labels, x), loss(labels, x), rtol=1e-6)


DEGENERATE = {
    "one class": lambda y, x: (y * 0, x),
    "all distinct": lambda y, x: (np.arange(len(y)), x),
    "one example": lambda y, x: (y[:1], x[:1]),
    "two of one class": lambda y, x: (y[[1, 3]], x[[1, 3]]),
    "two of two classes": lambda y, x: (y[:2], x[:2]),
    "duplicates within a class": lambda y, x: (y, x[[0, 1, 2, 1, 4, 2, 1, 4, 2, 1]]),
    "duplicates across classes": lambda y, x: (y, x[[0, 0, 0, 3, 3, 3, 6, 6, 6, 6]]),
    "collapsed": lambda y, x: (y, np.tile(x[:1], (len(x), 1))),
    "all zero": lambda y, x: (y, x * 0),
    "tiny": lambda y, x: (y, x * np.float32(1e-4)),
    "large": lambda y, x: (y, x * np.float32(300)),
    "one dimension": lambda y, x: (y, x[:, :1]),
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_batches_are_finite(case, name):
    item, settings = case
    labels, x = DEGENERATE[name](*batch())
    for distance in distance_settings(item) if name in CORNERS else [{}]:
        value, gradient = loss_and_gradient(item(**{**settings, **distance}), labels, x)
        assert np.isfinite(value), distance
        assert value >= 0 or item.__name__ in SIGNED, distance
        assert np.isfinite(gradient).all(), distance
        penalized = item.__name__ in PENALIZED and "penalty" not in settings
        if name == "one example" and not (penalized or settings.get("regularization")):
            assert value == 0, distance
            assert not gradient.any(), distance


def test_a_batch_of_nothing_is_refused(case):
    item, settings = case
    labels, x = batch()
    with pytest.raises(ValueError, match="Expected a batch of at least one example"):
        item(**settings)(labels[:0], x[:0])


def test_nan_is_never_hidden(case):
    item, settings = case
    for distance in distance_settings(item):
        loss = item(**{**settings, **distance})
        labels, x = batch()
        for row in (0, 1):  # alone in its class, and not
            hole = x.copy()
            hole[row, 1] = np.nan
            assert np.isnan(loss(labels, hole)), (distance, row)
        # Also where every tuple is solved, and nothing but NaN could be active.
        apart = np.eye(4, dtype=np.float32)[labels] * 1000
        apart[0, 1] = np.nan
        assert np.isnan(loss(labels, apart)), distance


FORMS = {
    "near 2**31": lambda y: y.astype(np.int64) + 2**31 - 1,
    "beyond 2**40": lambda y: y.astype(np.int64) + 2**40,
    "Python ints": lambda y: [int(i) + 2**40 for i in y],
    "beyond 2**24 in a tensor": lambda y: tf.constant(y + 2**25),
    "uint8": lambda y: y.astype(np.uint8),
    "strings": lambda y: np.array([f"class {i}" for i in y]),
    "column": lambda y: y[:, None],
    "column of strings": lambda y: np.array([[f"class {i}"] for i in y]),
}


@pytest.mark.parametrize("form", FORMS)
def test_labels_take_every_form(item, form):
    labels, x = batch()
    loss = item()
    assert loss(FORMS[form](labels), x) == loss(labels, x)


PAIR_FORMS = {
    "multi-hot": lambda y: np.eye(4)[y],
    "multi-hot integers": lambda y: np.eye(4, dtype=np.int64)[y],
    "pair matrix": lambda y: np.equal.outer(y, y),
}


@pytest.mark.parametrize("form", PAIR_FORMS)
def test_pairs_may_be_judged_without_ids(item, form):
    labels, x = batch()
    if item.__name__ in IDS_ONLY:
        with pytest.raises(ValueError, match=r"Expected labels of shape \(batch,\)"):
            item()(PAIR_FORMS[form](labels), x)
        return
    loss = item(reduction=None)
    rows = loss(PAIR_FORMS[form](labels), x)
    np.testing.assert_allclose(rows, loss(labels, x), rtol=1e-5, atol=1e-6)


def test_several_classes_each_make_more_pairs(item):
    if item.__name__ in IDS_ONLY | COUNTS_CLASSES:
        pytest.skip("one class each, or counts the classes that two share")
    _, x = batch()
    rows = np.random.default_rng(3).integers(0, 2, (10, 3))
    pairs = rows @ rows.T > 0
    assert np.isclose(item()(rows, x), item()(pairs, x), rtol=1e-5)


def test_refuses_labels_and_embeddings_that_do_not_fit(item):
    loss = item()
    labels, x = batch()
    for wrong in (np.zeros((10, 1, 1, 1)), np.array([["a", "b"]] * 10), 3):
        with pytest.raises(ValueError, match="Expected labels of shape"):
            loss(wrong, x)
    for count in (1, 9):
        with pytest.raises(ValueError, match="Expected one label for each row"):
            loss(labels[:count], x)
        with pytest.raises(ValueError, match="Expected one label for each row"):
            loss(labels, x[:count])
    for wrong in (x[:, 0], np.ones((10, 10, 10))):
        with pytest.raises(ValueError, match="Expected vectors of shape"):
            loss(labels, wrong)


def memory_of(labels, x, valid=True):
    return Memory(tf.constant(labels), tf.constant(x), tf.fill([len(x)], valid))


def test_a_memory_adds_examples_that_are_no_anchors(case):
    item, settings = case
    loss = item(**settings)
    labels, x = batch()
    if not takes_memory(loss):
        with pytest.raises(ValueError, match="Expected a loss that compares anchors"):
            loss.with_memory(labels, x, memory_of(labels, x))
        return
    seen = np.random.default_rng(9).normal(size=(7, 4)).astype(np.float32)
    seen_labels = np.array([2, 0, 1, 3, 0, 7, 1])
    empty = loss.with_memory(labels, x, memory_of(seen_labels, seen, valid=False))
    np.testing.assert_allclose(empty, loss.call(labels, x), rtol=1e-5, atol=1e-6)
    rows = loss.with_memory(labels, x, memory_of(seen_labels, seen)).numpy()
    assert rows.shape == (10,)
    assert np.isfinite(rows).all()
    assert not np.allclose(rows, empty, rtol=1e-3)
    order = np.random.default_rng(4).permutation(7)
    shuffled = loss.with_memory(labels, x, memory_of(seen_labels[order], seen[order]))
    np.testing.assert_allclose(shuffled, rows, rtol=1e-4)


@pytest.mark.parametrize("traced", CASES, ids=label)
def test_compiles_with_xla(traced):
    item, settings = traced
    labels, x = batch(rows=6)
    loss = item(**settings)

    @tf.function(
        jit_compile=True,
        input_signature=[tf.TensorSpec([None], tf.int64), tf.TensorSpec([None, 4])],
    )
    def step(labels, x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = loss(labels, x)
        return value, tape.gradient(value, x)

    value, gradient = step(labels, tf.constant(x))
    expected, slope = loss_and_gradient(loss, labels, x)
    assert np.isclose(value, expected, rtol=1e-5)
    np.testing.assert_allclose(gradient, slope, rtol=1e-4, atol=1e-6)


def test_config_round_trip(case):
    item, settings = case
    labels, x = batch()
    everything = {**changed_settings(item), **distance_settings(item)[0], **settings}
    loss = item(**everything, name="mine", reduction="sum")
    config = loss.get_config()
    assert set(config) == set(inspect.signature(item).parameters)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert type(again) is item
    assert again.get_config() == config
    assert again(labels, x) == loss(labels, x) != item()(labels, x)
    for name, value in changed_settings(item).items():
        if name not in settings:
            assert config[name] == value


NUMPY = {int: np.int64, float: np.float32}


def test_numbers_of_numpy_are_settings(item):
    labels, x = batch()
    plain = {name: type(v)(np.float32(v)) for name, v in changed_settings(item).items()}
    numpy = {name: NUMPY[type(v)](v) for name, v in plain.items()}
    assert item(**numpy)(labels, x) == item(**plain)(labels, x)


@pytest.mark.parametrize("half", ["float16", "bfloat16"])
def test_half_precision_is_computed_in_float32(item, half):
    labels, x = batch()
    rounded = tf.cast(x, half)
    value = item()(labels, rounded)
    assert value.dtype == tf.float32
    assert np.isclose(value, item()(labels, tf.cast(rounded, tf.float32)), 1e-6)
    # Against the embeddings before rounding: 11 or 8 significant bits.
    tolerance = {"float16": 5e-3, "bfloat16": 4e-2}[half]
    assert np.isclose(value, item()(labels, x), rtol=tolerance)


def test_sample_weights_weigh_the_rows(item):
    labels, x = batch()
    rows = item(reduction=None)(labels, x).numpy()
    weights = np.float32([0, 2, 1, 0, 1, 0.5, 1, 1, 3, 0])
    loss = item()
    expected = np.mean(weights * rows)
    for form in (
        weights,
        weights[:, None],
        weights.astype(np.float64),
        tf.cast(weights, tf.float16),
    ):
        assert np.isclose(loss(labels, x, form), expected, rtol=1e-5)
    alone = np.zeros(10, np.float32)
    alone[3] = 10
    assert np.isclose(loss(labels, x, sample_weight=alone), rows[3], rtol=1e-5)


@pytest.mark.parametrize("traced", CASES, ids=label)
def test_compiled_and_eager_agree(traced):
    item, settings = traced
    loss = item(**settings, reduction=None)
    labels, x = batch()
    graph = tf.function(
        loss, input_signature=[tf.TensorSpec([None], tf.int64), tf.TensorSpec([None, 4])]
    )
    compiled = {rows: graph(labels[:rows], x[:rows]) for rows in (10, 6)}
    tf.config.run_functions_eagerly(True)
    try:
        for rows, found in compiled.items():
            expected = loss(labels[:rows], x[:rows])
            np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    finally:
        tf.config.run_functions_eagerly(False)
    with pytest.raises(tf.errors.InvalidArgumentError, match="at least one example"):
        graph(labels[:0], x[:0])


def small_model(loss):
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    model.compile(keras.optimizers.SGD(1e-3), loss=loss, run_eagerly=True)
    return model


def test_trains_saves_and_loads_in_a_stock_model(item, tmp_path):
    labels, x = batch()
    large = labels.astype(np.int64) + 2**40
    model = small_model(item())
    before = model.evaluate(x, large, verbose=0)
    assert np.isclose(before, item()(labels, model(x)), rtol=1e-5)
    model.fit(x, large, batch_size=10, epochs=1, verbose=0)
    after = model.evaluate(x, large, batch_size=10, verbose=0)
    assert after < before
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.loss.get_config() == model.loss.get_config()
    assert np.isclose(again.evaluate(x, large, verbose=0), after, rtol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_trains_under_mixed_precision(policy, uncompiled):
    labels, x = batch()
    for item in BATCH_LOSSES:
        layer = keras.layers.Dense(3, dtype=policy)
        model = keras.Sequential([keras.Input((4,)), layer])
        model.compile(keras.optimizers.SGD(1e-3), loss=build(item), run_eagerly=True)
        history = model.fit(x, labels, verbose=0).history["loss"]
        assert np.isfinite(history).all(), item
        assert np.isfinite(layer.get_weights()[0]).all(), item
