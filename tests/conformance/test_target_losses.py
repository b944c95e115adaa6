"""Every loss that pulls examples to the fixed code of their class."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf
from conformance.class_labels import FORMS, NO_CLASS, changed_at, no_class_at_all
from conformance.exports import (
    TARGET_LOSSES,
    batch,
    build,
    changed_settings,
    to_targets,
)

pytestmark = pytest.mark.filterwarnings("ignore:Even though the:UserWarning")


@pytest.fixture(params=TARGET_LOSSES, ids=lambda item: item.__name__)
def item(request, uncompiled):
    """A class with its defaults, run without tracing."""
    return request.param


def test_permutation_permutes_the_rows(item):
    loss = build(item, reduction=None)
    labels, x = to_targets()
    order = np.random.default_rng(5).permutation(len(x))
    rows = loss(labels, x).numpy()
    assert rows.shape == (len(x),)
    assert len(np.unique(rows)) > 2
    np.testing.assert_allclose(loss(labels[order], x[order]), rows[order], rtol=1e-6)
    assert np.isclose(build(item)(labels, x), np.mean(rows), rtol=1e-6)


def test_no_example_has_no_row(item):
    labels, x = to_targets()
    assert build(item).call(labels[:0], x[:0]).shape == (0,)


def test_rows_depend_on_themselves_alone(item):
    labels, x = to_targets()
    loss = build(item, reduction=None)
    rows = loss(labels, x).numpy()
    alone = [loss(labels[i : i + 1], x[i : i + 1])[0] for i in range(len(x))]
    np.testing.assert_allclose(alone, rows, rtol=1e-5)


DEGENERATE = {
    "one class": lambda y, x: (y * 0, x),
    "one example": lambda y, x: (y[:1], x[:1]),
    "collapsed": lambda y, x: (y, np.tile(x[:1], (len(x), 1))),
    "all zero": lambda y, x: (y, x * 0),
    "tiny": lambda y, x: (y, x * np.float32(1e-4)),
    "large": lambda y, x: (y, x * np.float32(300)),
    "huge": lambda y, x: (y, x * np.float32(1e30)),
    "codes": lambda y, x: (y, np.sign(x)),
    "every class": lambda y, x: (np.ones((len(y), 4)), x),
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_batches_are_finite(item, name):
    labels, x = DEGENERATE[name](*to_targets())
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = build(item)(labels, x)
    assert np.isfinite(value)
    assert value >= 0
    assert np.isfinite(tape.gradient(value, x)).all()


def test_nan_is_never_hidden(item):
    labels, x = to_targets()
    for bit in range(x.shape[1]):
        hole = x.copy()
        hole[2, bit] = np.nan
        rows = build(item, reduction=None)(labels, hole).numpy()
        assert np.flatnonzero(np.isnan(rows)).tolist() == [2]


@pytest.mark.parametrize("form", FORMS)
def test_labels_take_every_form(item, form):
    labels, x = to_targets()
    loss = build(item)
    assert loss(FORMS[form](labels), x) == loss(labels, x)


def test_each_class_of_an_example_has_its_part(item):
    labels, x = to_targets(bits=32)  # on so many bits ties go both ways
    sets = np.eye(4)[labels]
    sets[:, 3] = 1
    found = build(item, reduction=None)(sets, x).numpy()
    alone = [build(item, reduction=None)(y, x).numpy() for y in (labels, labels * 0 + 3)]
    several = labels != 3
    assert not np.any(np.isclose(found, alone[0]) & several)
    assert not np.any(np.isclose(found, alone[1]) & several)


@pytest.mark.parametrize(
    "wrong", [*NO_CLASS.values(), no_class_at_all], ids=[*NO_CLASS, "no class at all"]
)
def test_a_label_that_is_no_class_is_never_lost(item, wrong):
    labels, x = to_targets()
    with pytest.raises(ValueError, match="Expected (labels as class indices|multi-hot)"):
        build(item)(wrong(labels), x)


@pytest.mark.parametrize("traced", TARGET_LOSSES, ids=lambda item: item.__name__)
def test_a_label_that_is_no_class_is_refused_in_a_graph(traced):
    labels, x = to_targets()
    graph = tf.function(build(traced))
    for value in (-1, 4):
        with pytest.raises(tf.errors.InvalidArgumentError, match="class indices from 0"):
            graph(changed_at(labels, 3, value), x)


def test_xla_agrees_and_makes_nan_of_a_label_that_is_no_class():
    """XLA knows no errors."""
    every_loss = [build(item) for item in TARGET_LOSSES]
    labels, x = to_targets()
    sets = np.eye(4, dtype=np.float32)[labels]
    sets[:, 1] = 1

    @tf.function(jit_compile=True)
    def compiled(labels):
        return [loss(labels, x) for loss in every_loss]

    for wanted in (labels, sets):
        expected = [loss(wanted, x) for loss in every_loss]
        np.testing.assert_allclose(compiled(wanted), expected, rtol=1e-5)
    for wrong in (-1, 4):
        assert np.isnan(compiled(changed_at(labels, 3, wrong))).all()
    for wrong in (0, 0.5):
        assert np.isnan(compiled(changed_at(sets, 3, wrong))).all()


def test_refuses_labels_and_values_that_do_not_fit(item):
    loss = build(item)
    labels, x = to_targets()
    for wrong in (np.eye(5)[labels], np.eye(3)[labels % 3], labels[:, None, None], 3):
        with pytest.raises(ValueError, match="Expected labels as class indices"):
            loss(wrong, x)
    with pytest.raises(ValueError, match="Expected labels as class indices"):
        loss(labels.astype(str), x)
    for count in (1, 9):
        with pytest.raises(ValueError, match="Expected one label for each row"):
            loss(labels[:count], x)
        with pytest.raises(ValueError, match="Expected one label for each row"):
            loss(labels, x[:count])
    for wrong in (x[:, 0], x[..., None], x[:, :0]):
        with pytest.raises(ValueError, match="Expected code values"):
            loss(labels, wrong)


def test_config_round_trip(item):
    labels, x = to_targets()
    changed = {**changed_settings(item), "targets": "max_distance"}
    loss = build(item, **changed, name="mine", reduction="sum")
    config = loss.get_config()
    assert set(config) == set(inspect.signature(item).parameters)
    assert config.items() >= changed.items()
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert type(again) is item
    assert again.get_config() == config
    assert again(labels, x) == loss(labels, x) != build(item)(labels, x)


@pytest.mark.parametrize("half", ["float16", "bfloat16"])
def test_half_precision_is_computed_in_float32(item, half):
    labels, x = to_targets()
    rounded = tf.cast(x, half)
    value = build(item)(labels, rounded)
    assert value.dtype == tf.float32
    assert np.isclose(value, build(item)(labels, tf.cast(rounded, tf.float32)), rtol=1e-6)


def test_sample_weights_weigh_the_rows(item):
    labels, x = to_targets()
    rows = build(item, reduction=None)(labels, x).numpy()
    weights = np.float32([0, 2, 1, 0, 1, 0.5, 1, 1, 3, 0])
    for form in (weights, weights[:, None], weights.astype(np.float64)):
        assert np.isclose(build(item)(labels, x, form), np.mean(weights * rows), rtol=1e-5)
    assert np.isclose(build(item, reduction="sum")(labels, x), np.sum(rows), rtol=1e-5)


@pytest.mark.parametrize("traced", TARGET_LOSSES, ids=lambda item: item.__name__)
def test_compiled_and_eager_agree(traced):
    loss = build(traced, reduction=None)
    labels, x = to_targets()
    signature = [tf.TensorSpec([None], tf.int64), tf.TensorSpec([None, x.shape[1]])]
    graph = tf.function(loss, input_signature=signature)
    compiled = {rows: graph(labels[:rows], x[:rows]) for rows in (10, 6)}
    tf.config.run_functions_eagerly(True)
    try:
        for rows, found in compiled.items():
            expected = loss(labels[:rows], x[:rows])
            np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    finally:
        tf.config.run_functions_eagerly(False)


@pytest.mark.parametrize("traced", TARGET_LOSSES, ids=lambda item: item.__name__)
def test_traces_serve_codes_of_any_length(traced):
    """From the second on TensorFlow no longer knows the length when it traces."""
    batches = [to_targets(bits=bits) for bits in (8, 12, 9)]
    found = [build(traced)(labels, x) for labels, x in batches]
    tf.config.run_functions_eagerly(True)
    try:
        expected = [build(traced)(labels, x) for labels, x in batches]
    finally:
        tf.config.run_functions_eagerly(False)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def model_of_every_loss(dtype="float32"):
    """Code values and a loss for each export: nothing shared but the input."""
    keras.utils.set_random_seed(3)
    inputs = keras.Input((4,))
    outputs = {
        item.__name__: keras.layers.Dense(8, dtype=dtype, name=item.__name__)(inputs)
        for item in TARGET_LOSSES
    }
    model = keras.Model(inputs, outputs)
    every_loss = {item.__name__: build(item) for item in TARGET_LOSSES}
    model.compile(keras.optimizers.SGD(1e-2), loss=every_loss, run_eagerly=True)
    return model


def test_trains_saves_and_loads_in_a_stock_model(uncompiled, tmp_path):
    labels, x = batch()
    model = model_of_every_loss()
    targets = dict.fromkeys(model.output_names, labels)

    def evaluate(model):
        return model.evaluate(x, targets, verbose=0, return_dict=True)

    before = evaluate(model)
    for item in TARGET_LOSSES:
        alone = build(item)(labels, model(x)[item.__name__])
        assert np.isclose(before[f"{item.__name__}_loss"], alone, rtol=1e-5)
    model.fit(x, targets, batch_size=10, verbose=0)
    after = evaluate(model)
    assert all(after[name] < before[name] for name in before), (before, after)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert evaluate(again) == pytest.approx(after, rel=1e-6)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_trains_under_mixed_precision(uncompiled, policy):
    labels, x = batch()
    model = model_of_every_loss(policy)
    before = model.get_weights()
    history = model.fit(x, dict.fromkeys(model.output_names, labels), verbose=0).history
    assert np.isfinite(history["loss"]).all()
    for old, new in zip(before, model.get_weights(), strict=True):
        assert np.isfinite(new).all()
        assert np.abs(new - old).max() > 0
