"""The relaxed sign, and the schedule that sharpens it."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfmetric.layers import ContinuationSchedule, HashHead, TanhContinuation


def test_is_tanh_of_beta_times_the_input():
    x = np.float32([[-2.0, 0.0, 0.3]])
    np.testing.assert_allclose(TanhContinuation(2.5)(x), np.tanh(2.5 * x), rtol=1e-6)


def test_slope_is_state_and_not_trained():
    layer = TanhContinuation()
    layer(np.ones((1, 2), np.float32))
    assert layer.trainable_variables == []
    assert len(layer.variables) == 1


def fitted(schedule, epochs=1, batches=5, **compiled):
    """The slopes that each batch of `fit` saw."""
    seen = []
    head = HashHead(2, activation=TanhContinuation(2.0))
    model = keras.Sequential([keras.Input((3,)), head])
    model.compile("sgd", loss="mse", **compiled)
    watch = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(float(head.activation.slope))
    )
    x = np.ones((2 * batches, 3), np.float32)
    y = np.zeros((2 * batches, 2), np.float32)
    model.fit(x, y, batch_size=2, epochs=epochs, callbacks=[schedule, watch], verbose=0)
    return model, seen


def test_grows_with_the_steps_of_the_optimizer():
    schedule = ContinuationSchedule(rate=0.5, power=2.0, every=2)
    model, seen = fitted(schedule, epochs=2)
    # Steps 0, 2, 4 of the first epoch; then its start, which is step 5, 7 and 9.
    steps = [0, 0, 2, 2, 4, 5, 5, 7, 7, 9]
    np.testing.assert_allclose(seen, [2.0 * (1 + 0.5 * s) ** 2 for s in steps], rtol=1e-6)
    assert isinstance(model.layers[0].activation.slope.value, tf.Variable)


def test_grows_between_executions_of_several_steps():
    schedule = ContinuationSchedule(rate=0.5, power=2.0, every=4)
    _, seen = fitted(schedule, batches=12, steps_per_execution=3)
    # Executions begin at steps 0, 3, 6 and 9; the first four steps are over at 6.
    np.testing.assert_allclose(seen, [2.0 * (1 + 0.5 * s) ** 2 for s in (0, 0, 6, 6)])


def test_slope_is_saved(tmp_path):
    model, seen = fitted(ContinuationSchedule(rate=1.0))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert float(again.layers[0].activation.slope) == seen[-1]
    assert again.layers[0].activation.beta == 2.0


def test_refuses_a_model_without_such_a_layer():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", loss="mse")
    with pytest.raises(ValueError, match="Expected a model with a TanhContinuation"):
        model.fit(np.ones((2, 3)), np.ones((2, 1)), callbacks=[ContinuationSchedule()])


@pytest.mark.parametrize("settings", [{"rate": -1}, {"power": np.nan}, {"every": 0}])
def test_refuses_settings_without_sense(settings):
    with pytest.raises(ValueError, match=f"Expected {next(iter(settings))}"):
        ContinuationSchedule(**settings)
    with pytest.raises(ValueError, match="Expected beta > 0"):
        TanhContinuation(beta=0)
