"""Every loss that compares examples with proxies of classes, with its head."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf
from conformance.class_labels import FORMS, NO_CLASS, changed_at, no_class_at_all
from conformance.exports import (
    PROXY_LOSSES,
    batch,
    changed_settings,
    head,
    label,
    to_proxies,
    with_variants,
)

from tfmetric import losses

pytestmark = pytest.mark.filterwarnings("ignore:Even though the:UserWarning")

CASES = with_variants(PROXY_LOSSES)
# Losses whose rows depend on the rest of the batch.
JOINT = {"CurricularFaceLoss", "ProxyAnchorLoss"}
# Losses that take examples of several classes.
MULTI_HOT = {"ProxyAnchorLoss"}
# Losses that go below zero.
SIGNED = {"ProxyNCALoss"}


@pytest.fixture(params=CASES, ids=label)
def case(request, uncompiled):
    """A class and its settings, run without tracing."""
    return request.param


@pytest.fixture(params=PROXY_LOSSES, ids=lambda item: item.__name__)
def item(request, uncompiled):
    """A class with its defaults, run without tracing."""
    return request.param


def test_permutation_permutes_the_rows(case):
    item, settings = case
    loss = item(**settings, reduction=None)
    labels, x = to_proxies(item)
    order = np.random.default_rng(5).permutation(len(x))
    rows = loss(labels, x).numpy()
    assert rows.shape == (len(x),)
    assert len(np.unique(rows)) > 2
    np.testing.assert_allclose(loss(labels[order], x[order]), rows[order], rtol=1e-4)
    assert np.isclose(item(**settings)(labels, x), np.mean(rows), rtol=1e-6)


def test_rows_depend_on_themselves_alone(item):
    labels, x = to_proxies(item)
    loss = item(reduction=None)
    rows = loss(labels, x).numpy()
    alone = [loss(labels[i : i + 1], x[i : i + 1])[0] for i in range(len(x))]
    assert np.allclose(alone, rows, rtol=1e-5) == (item.__name__ not in JOINT)


def test_renaming_the_classes_changes_nothing(item):
    labels, x = to_proxies(item)
    order = np.array([2, 0, 3, 1])
    renamed = x[:, order]
    assert np.isclose(item()(np.argsort(order)[labels], renamed), item()(labels, x))


DEGENERATE = {
    "one class": lambda y, x: (y * 0, x),
    "all distinct": lambda y, x: (np.arange(len(y)), x),
    "one example": lambda y, x: (y[:1], x[:1]),
    "collapsed": lambda y, x: (y, np.tile(x[:1], (len(x), 1))),
    "all zero": lambda y, x: (y, x * 0),
    "tiny": lambda y, x: (y, x * np.float32(1e-4)),
    "large": lambda y, x: (y, x * np.float32(300)),
    "one dimension": lambda y, x: (y, x[:, :1]),
    "on the own proxy": lambda y, x: (y, np.eye(10, dtype=np.float32)[y]),
    "on another proxy": lambda y, x: (y, np.eye(10, dtype=np.float32)[(y + 1) % 10]),
    "opposite the own proxy": lambda y, x: (y, -np.eye(10, dtype=np.float32)[y]),
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_batches_are_finite(item, name):
    labels, x = DEGENERATE[name](*batch())
    layer = head(item, num_classes=10)
    layer.build(x.shape)
    if "proxy" in name:  # both centers of a class are one, where it has two
        own = np.eye(10).reshape(10, *[1] * (len(layer.weights[0].shape) - 2), 10)
        layer.set_weights([np.broadcast_to(own, layer.weights[0].shape)])
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = item()(labels, layer(x))
    assert np.isfinite(value)
    assert value >= 0 or item.__name__ in SIGNED
    for gradient in tape.gradient(value, [x, layer.weights[0].value]):
        assert np.isfinite(gradient).all()


def test_a_batch_of_nothing_is_refused(item):
    labels, x = to_proxies(item)
    with pytest.raises(ValueError, match="Expected a batch of at least one example"):
        item()(labels[:0], x[:0])


def test_nan_is_never_hidden(case):
    item, settings = case
    loss = item(**settings)
    labels, x = to_proxies(item)
    own, other = labels[2], (labels[2] + 1) % 4
    for column in (own,) if item is losses.CenterLoss else (own, other):
        hole = x.copy()
        hole.reshape(10, 4, -1)[2, column, 0] = np.nan
        assert np.isnan(loss(labels, hole)), column


@pytest.mark.parametrize("form", FORMS)
def test_labels_take_every_form(item, form):
    labels, x = to_proxies(item)
    loss = item()
    assert loss(FORMS[form](labels), x) == loss(labels, x)


NO_SINGLE_CLASS = {
    "no class at all": no_class_at_all,
    "two classes": lambda y: changed_at(np.eye(4)[y], 3, [1, 1, 0, 0]),
}


@pytest.mark.parametrize("name", [*NO_CLASS, *NO_SINGLE_CLASS])
def test_a_label_that_is_no_class_is_never_lost(item, name):
    """A one-hot row of a wrong index is all zeros, and its example would not count."""
    labels, x = to_proxies(item)
    if name in NO_SINGLE_CLASS and item.__name__ in MULTI_HOT:
        assert np.isfinite(item()(NO_SINGLE_CLASS[name](labels), x))
        return
    wrong = (NO_CLASS | NO_SINGLE_CLASS)[name](labels)
    with pytest.raises(ValueError, match="Expected (labels as class indices|.*hot labels)"):
        item()(wrong, x)


@pytest.mark.parametrize("traced", PROXY_LOSSES, ids=lambda item: item.__name__)
def test_a_label_that_is_no_class_is_refused_in_a_graph(traced):
    labels, x = to_proxies(traced)
    graph = tf.function(traced())
    for value in (-1, 4):
        with pytest.raises(tf.errors.InvalidArgumentError, match="class indices from 0"):
            graph(changed_at(labels, 3, value), x)


def test_xla_agrees_and_makes_nan_of_a_label_that_is_no_class():
    """XLA knows no errors."""
    inputs = [to_proxies(item)[1] for item in PROXY_LOSSES]
    every_loss = [item() for item in PROXY_LOSSES]
    labels, _ = batch()

    @tf.function(jit_compile=True)
    def compiled(labels):
        pairs = zip(every_loss, inputs, strict=True)
        return [loss(labels, x) for loss, x in pairs]

    expected = [loss(labels, x) for loss, x in zip(every_loss, inputs, strict=True)]
    np.testing.assert_allclose(compiled(labels), expected, rtol=1e-5)
    for value in (-1, 4):
        assert np.isnan(compiled(changed_at(labels, 3, value))).all()


def test_refuses_labels_and_cosines_that_do_not_fit(item):
    loss = item()
    labels, x = to_proxies(item)
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
    for wrong in (x[:, 0], x[..., None], x[:, :1]):
        with pytest.raises(ValueError, match="of at least two classes"):
            loss(labels, wrong)


def test_refuses_logits(item):
    labels, x = to_proxies(item)
    with pytest.raises(ValueError, match="Expected (cosines|distances)"):
        item()(labels, x - 3)
    if item is not losses.CenterLoss:
        with pytest.raises(ValueError, match="Expected cosines, from -1 to 1"):
            item()(labels, x * 20)


def test_config_round_trip(case):
    item, settings = case
    labels, x = to_proxies(item)
    changed = {**changed_settings(item), **settings}
    loss = item(**changed, name="mine", reduction="sum")
    config = loss.get_config()
    assert set(config) == set(inspect.signature(item).parameters)
    assert config.items() >= changed.items()
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert type(again) is item
    assert again.get_config() == config
    assert again(labels, x) == loss(labels, x) != item()(labels, x)


def test_numbers_of_numpy_are_settings(item):
    labels, x = to_proxies(item)
    plain = changed_settings(item)
    numpy = {name: np.asarray(value)[()] for name, value in plain.items()}
    assert item(**numpy)(labels, x) == item(**plain)(labels, x)


@pytest.mark.parametrize("half", ["float16", "bfloat16"])
def test_half_precision_is_computed_in_float32(item, half):
    labels, x = to_proxies(item)
    rounded = tf.cast(x, half)
    value = item()(labels, rounded)
    assert value.dtype == tf.float32
    assert np.isclose(value, item()(labels, tf.cast(rounded, tf.float32)), rtol=1e-6)


def test_sample_weights_weigh_the_rows(item):
    labels, x = to_proxies(item)
    rows = item(reduction=None)(labels, x).numpy()
    weights = np.float32([0, 2, 1, 0, 1, 0.5, 1, 1, 3, 0])
    for form in (weights, weights[:, None], weights.astype(np.float64)):
        assert np.isclose(item()(labels, x, form), np.mean(weights * rows), rtol=1e-5)
    assert np.isclose(item(reduction="sum")(labels, x), np.sum(rows), rtol=1e-5)


@pytest.mark.parametrize("traced", CASES, ids=label)
def test_compiled_and_eager_agree(traced):
    item, settings = traced
    loss = item(**settings, reduction=None)
    labels, x = to_proxies(item)
    shape = [None, *x.shape[1:]]
    graph = tf.function(
        loss, input_signature=[tf.TensorSpec([None], tf.int64), tf.TensorSpec(shape)]
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


@pytest.mark.parametrize("traced", PROXY_LOSSES, ids=lambda item: item.__name__)
def test_traces_serve_any_number_of_classes(traced):
    """From the second on TensorFlow no longer knows the number when it traces."""
    batches = [to_proxies(traced, num_classes=classes) for classes in (4, 7, 5)]
    found = [traced()(labels, x) for labels, x in batches]
    tf.config.run_functions_eagerly(True)
    try:
        expected = [traced()(labels, x) for labels, x in batches]
    finally:
        tf.config.run_functions_eagerly(False)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def model_of_every_loss(dtype="float32"):
    """An embedding, a head and a loss for each export: nothing shared but the input."""
    keras.utils.set_random_seed(3)
    inputs, outputs = keras.Input((4,)), {}
    for item in PROXY_LOSSES:
        embedding = keras.layers.Dense(3, dtype=dtype)(inputs)
        outputs[item.__name__] = head(item, name=item.__name__)(embedding)
    model = keras.Model(inputs, outputs)
    every_loss = {item.__name__: item() for item in PROXY_LOSSES}
    model.compile(keras.optimizers.SGD(1e-3), loss=every_loss, run_eagerly=True)
    return model


def test_trains_saves_and_loads_in_a_stock_model(uncompiled, tmp_path):
    labels, x = batch()
    model = model_of_every_loss()
    targets = dict.fromkeys(model.output_names, labels)

    def evaluate(model):
        return model.evaluate(x, targets, verbose=0, return_dict=True)

    before, weights = evaluate(model), model.get_weights()
    for item in PROXY_LOSSES:
        alone = item()(labels, model(x)[item.__name__])
        assert np.isclose(before[f"{item.__name__}_loss"], alone, rtol=1e-5)
    model.fit(x, targets, batch_size=10, verbose=0)
    after = evaluate(model)
    assert all(after[name] < before[name] for name in before), (before, after)
    for variable, old, new in zip(model.weights, weights, model.get_weights(), strict=True):
        assert np.abs(old - new).max() > 0, variable.path  # the proxies too

    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert evaluate(again) == pytest.approx(after, rel=1e-6)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_leaves_the_proxies_in_float32(uncompiled, policy):
    labels, x = batch()
    model = model_of_every_loss(policy)
    before = model.get_weights()
    model.fit(x, dict.fromkeys(model.output_names, labels), verbose=0)
    assert {weight.dtype for weight in model.weights} == {"float32"}
    for old, new in zip(before, model.get_weights(), strict=True):
        assert np.isfinite(new).all()
        # Weights that were made half precision and back would all be a half's.
        assert np.any(new != new.astype(np.float16).astype(np.float32))
        assert np.abs(old - new).max() > 0
