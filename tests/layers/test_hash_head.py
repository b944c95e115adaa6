"""From features to code values."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfmetric.layers import BiHalf, HashHead, Sign, TanhContinuation


def vectors(rows, dim=4, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, dim)).astype(np.float32)


def test_is_a_normalised_projection_less_the_threshold():
    x = vectors(64)
    head = HashHead(3, threshold=0.25)
    u = head(x, training=True).numpy()
    projected = x @ head.project.get_weights()[0]
    spread = np.sqrt(projected.var(0) + head.center.epsilon)
    expected = (projected - projected.mean(0)) / spread - 0.25
    np.testing.assert_allclose(u, expected, atol=1e-5)


def test_at_rest_uses_the_running_statistics():
    x = vectors(8)
    head = HashHead(3)
    head(x)
    head.center.moving_mean.assign([1.0, 2.0, 3.0])
    projected = x @ head.project.get_weights()[0]
    expected = (projected - [1, 2, 3]) / np.sqrt(1 + head.center.epsilon)
    np.testing.assert_allclose(head(x), expected, atol=1e-5)
    assert head(x[:1]).shape == (1, 3)


def test_splits_every_bit_near_the_middle():
    x = vectors(256) + 7
    codes = HashHead(16)(x, training=True).numpy() > 0
    assert np.all(np.abs(codes.mean(0) - 0.5) < 0.15)


@pytest.mark.parametrize(
    ("activation", "function"),
    [
        ("tanh", np.tanh),
        ("softsign", lambda u: u / (1 + np.abs(u))),
        (TanhContinuation(beta=3.0), lambda u: np.tanh(3 * u)),
        (Sign(), np.sign),
        (BiHalf(), np.sign),
    ],
)
def test_activations_change_the_values_and_no_bit(activation, function):
    x = vectors(8)
    plain, head = HashHead(6), HashHead(6, activation=activation)
    plain(x), head(x)
    head.project.set_weights(plain.project.get_weights())
    np.testing.assert_allclose(head(x), function(plain(x).numpy()), rtol=1e-5, atol=1e-6)


def test_activation_is_told_of_training():
    x = vectors(9)
    codes = HashHead(5, activation=BiHalf())(x, training=True)
    assert np.sum(codes.numpy() > 0, axis=0).tolist() == [4] * 5


@pytest.mark.parametrize("activation", ["tanh", TanhContinuation(beta=2.0), BiHalf(1.0)])
def test_activation_survives_saving(activation, tmp_path):
    x = vectors(6)
    model = keras.Sequential([keras.Input((4,)), HashHead(3, activation=activation)])
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(x), model(x))
    kept = again.layers[0].activation
    assert type(kept) is type(model.layers[0].activation)
    assert getattr(kept, "gamma", None) == getattr(activation, "gamma", None)


def test_says_float32_and_gives_it():
    policy = keras.mixed_precision.DTypePolicy("mixed_float16")
    inputs = keras.Input((4,))
    outputs = HashHead(3, activation=Sign(dtype="float16"), dtype=policy)(inputs)
    assert outputs.dtype == "float32"
    assert outputs.shape == (None, 3)
    assert keras.Model(inputs, outputs)(vectors(2)).dtype == tf.float32


@pytest.mark.parametrize("bits", [0, -1, 2.5, "8", True])
def test_refuses_a_length_without_sense(bits):
    with pytest.raises(ValueError, match="Expected bits to be a whole number"):
        HashHead(bits)


@pytest.mark.parametrize("activation", ["sigmoid", "softmax", "softplus", lambda u: -u])
def test_refuses_an_activation_that_changes_bits(activation):
    with pytest.raises(ValueError, match="Expected an activation that keeps the sign"):
        HashHead(3, activation=activation)


def test_recalibrated_bits_split_the_new_collection():
    head = HashHead(8)
    head(vectors(64), training=True)
    elsewhere = vectors(500, seed=1) * 3 + [5, -4, 3, 2]
    before = head(elsewhere).numpy()
    head.recalibrate(elsewhere, batch_size=64)
    after = head(elsewhere).numpy()
    projected = elsewhere @ head.project.get_weights()[0]
    spread = np.sqrt(projected.var(0) + head.center.epsilon)
    centred = (projected - projected.mean(0)) / spread
    np.testing.assert_allclose(after, centred, atol=1e-4)
    assert np.abs((before > 0).mean(0) - 0.5).max() > 0.4
    assert np.abs((after > 0).mean(0) - 0.5).max() < 0.1


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (vectors(1), "Expected at least two items"),
        (vectors(3) * np.nan, "Expected features to be finite"),
        (vectors(3)[0], "Expected features to be numbers of shape"),
    ],
)
def test_refuses_to_recalibrate_on_bad_features(features, message):
    head = HashHead(3)
    head(vectors(2))
    with pytest.raises(ValueError, match=message):
        head.recalibrate(features)


def test_refuses_to_recalibrate_without_weights():
    with pytest.raises(ValueError, match="Expected a head that has weights"):
        HashHead(3).recalibrate(vectors(4))
