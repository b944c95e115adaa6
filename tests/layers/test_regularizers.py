"""Penalties on embeddings and on centers: values, gradients, Keras' own use of them."""

import inspect
import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from conformance.exports import changed_settings, exports
from oracles.losses import gradient

from tfmetric import layers
from tfmetric.layers import regularizers

pytestmark = [
    pytest.mark.usefixtures("uncompiled"),
    pytest.mark.filterwarnings("ignore:Even though the:UserWarning"),
]

X = np.random.default_rng(0).normal(size=(6, 3)) * [2, 1, 0.5]
CENTERS = np.random.default_rng(1).normal(size=(4, 3, 2))
EVERY = list(exports(regularizers))


def norm(x):
    return math.sqrt(sum(v * v for v in x))


def lp_norm(x, p):
    return sum(sum(abs(v) ** p for v in row) ** (1 / p) for row in x)


def zero_mean(x):
    return sum(abs(sum(row)) for row in x)


def spherical(x):
    mean = sum(map(norm, x)) / len(x)
    return sum((norm(row) - mean) ** 2 for row in x)


def regular_face(classes):
    nearest = []
    for i, own in enumerate(classes):
        for center in own:
            others = [c for j, other in enumerate(classes) if j != i for c in other]
            nearest.append(max(center @ c / norm(center) / norm(c) for c in others))
    return sum(nearest) / len(nearest)


def center_invariant(classes):
    squares = [c @ c for own in classes for c in own]
    mean = sum(squares) / len(squares)
    return sum((s - mean) ** 2 / 4 for s in squares) / len(squares)


def sparse_centers(classes):
    total = 0.0
    for own in classes:
        for s, a in enumerate(own):
            for b in own[s + 1 :]:
                total += math.sqrt(2 - 2 * (a @ b) / norm(a) / norm(b) + 1e-5)
    count = len(classes[0])
    return total / len(classes) / count / (count - 1)


ORACLES = [
    (regularizers.LpNorm(p=1), lambda x: lp_norm(x, 1), X),
    (regularizers.LpNorm(), lambda x: lp_norm(x, 2), X),
    (regularizers.LpNorm(p=3), lambda x: lp_norm(x, 3), X),
    (regularizers.ZeroMean(), zero_mean, X),
    (regularizers.Spherical(), spherical, X),
    (regularizers.RegularFace(), regular_face, CENTERS),
    (regularizers.RegularFace(), lambda x: regular_face(x[:, None]), X),
    (regularizers.CenterInvariant(), center_invariant, CENTERS),
    (regularizers.CenterInvariant(), lambda x: center_invariant(x[:, None]), X),
    (regularizers.SparseCenters(), sparse_centers, CENTERS),
]


@pytest.mark.parametrize(("regularizer", "oracle", "x"), ORACLES)
def test_value_and_gradient_equal_the_oracle(regularizer, oracle, x):
    assert np.isclose(regularizer(x.astype(np.float32)), oracle(x), rtol=1e-5)
    values = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(values)
        penalty = regularizer(values)
    np.testing.assert_allclose(penalty, oracle(x), rtol=1e-10)
    expected = gradient(oracle, x)
    assert np.abs(expected).max() > 1e-3
    np.testing.assert_allclose(tape.gradient(penalty, values), expected, atol=1e-7)


DEGENERATE = {
    "zeros": lambda x: x * 0,
    "one zero": lambda x: np.concatenate([x[:1] * 0, x[1:]]),
    "collapsed": lambda x: x * 0 + np.arange(1.0, 1 + x.shape[-1]),
    "tiny": lambda x: x * 1e-4,
    "large": lambda x: x * 300,
    "one": lambda x: x[:1],
}


@pytest.mark.parametrize("name", DEGENERATE)
@pytest.mark.parametrize("item", EVERY, ids=lambda item: item.__name__)
def test_degenerate_values_are_finite(item, name):
    x = tf.Variable(DEGENERATE[name](CENTERS), dtype=tf.float32)
    with tf.GradientTape() as tape:
        penalty = item()(x)
    assert np.isfinite(penalty)
    assert np.isfinite(tape.gradient(penalty, x)).all()


@pytest.mark.parametrize("item", EVERY, ids=lambda item: item.__name__)
def test_nan_is_never_hidden_and_half_precision_is_computed_in_float32(item):
    hole = CENTERS.copy()
    hole[1, 0, 1] = np.nan
    assert np.isnan(item()(hole))
    half = tf.cast(CENTERS, tf.bfloat16)
    penalty = item()(half)
    assert penalty.dtype == tf.float32
    assert np.isclose(penalty, item()(tf.cast(half, tf.float32)), rtol=1e-6)


@pytest.mark.parametrize("item", EVERY, ids=lambda item: item.__name__)
def test_config_round_trip_and_weight(item):
    settings = {**changed_settings(item), "weight": 2.5}
    regularizer = item(**settings)
    config = regularizer.get_config()
    assert set(config) == set(inspect.signature(item).parameters)
    assert config == settings
    again = keras.regularizers.deserialize(keras.regularizers.serialize(regularizer))
    assert type(again) is item
    assert again.get_config() == config
    assert np.isclose(again(CENTERS), regularizer(CENTERS))
    plain = item(**{**settings, "weight": 1.0})
    assert np.isclose(regularizer(CENTERS), 2.5 * plain(CENTERS))


def test_penalty_of_an_activity_is_the_mean_over_the_batch():
    activity = keras.layers.Activation(
        "linear", activity_regularizer=regularizers.ZeroMean(0.5)
    )
    for x in (X, X[:4], np.stack([X, X], axis=1)):
        activity(tf.constant(x, tf.float32))
        expected = 0.5 * zero_mean(x.reshape(-1, 3)) / len(x)
        assert np.isclose(activity.losses[-1], expected, rtol=1e-5)
    activity(tf.zeros((0, 3)))
    assert activity.losses[-1] == 0


def test_saved_model_keeps_its_penalties(tmp_path):
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(3, activity_regularizer=regularizers.Spherical(0.1)),
            layers.ProxyHead(
                4, centers_per_class=2, proxy_regularizer=regularizers.SparseCenters(0.2)
            ),
            keras.layers.Flatten(),
        ]
    )
    model.compile(keras.optimizers.SGD(0.1), loss="mse", run_eagerly=True)
    y = np.zeros((6, 8))
    model.fit(X, y, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    expected = model.evaluate(X, y, verbose=0)
    assert expected > np.mean(model.predict(X, verbose=0) ** 2) + 0.01
    assert np.isclose(again.evaluate(X, y, verbose=0), expected, rtol=1e-6)


def test_spherical_brings_embeddings_to_one_length():
    x = tf.Variable(X, dtype=tf.float32)
    optimizer = keras.optimizers.SGD(0.1)
    for _ in range(50):
        with tf.GradientTape() as tape:
            penalty = regularizers.Spherical()(x)
        optimizer.apply([tape.gradient(penalty, x)], [x])
    lengths = np.linalg.norm(x, axis=1)
    np.testing.assert_allclose(lengths, np.mean(list(map(norm, X))), rtol=1e-3)


def test_refuses_settings_and_weights_without_sense():
    for item in EVERY:
        with pytest.raises(ValueError, match="Expected weight >= 0"):
            item(weight=-1.0)
    with pytest.raises(ValueError, match="Expected p >= 1"):
        regularizers.LpNorm(p=0.5)
    for wrong in (CENTERS[0], CENTERS[:, :1]):
        with pytest.raises(ValueError, match="Expected several centers of each class"):
            regularizers.SparseCenters()(wrong)
