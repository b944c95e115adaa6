"""A memory of earlier batches: what it holds, what it adds to the loss, how it is kept."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from conformance.exports import BATCH_LOSSES, label, takes_memory, with_variants
from oracles import losses as oracles

from tfmetric import losses
from tfmetric.layers import CrossBatchMemory

pytestmark = [
    pytest.mark.usefixtures("uncompiled"),
    pytest.mark.filterwarnings("ignore:Even though the:UserWarning"),
]

MARGIN = 2.0
LABELS = np.array([1, 2, 1, 3, 2, 2, 1, 3, 1, 1, 2, 3, 3])
X = np.random.default_rng(0).normal(size=(13, 3)).astype(np.float32)


def contrastive(labels, x, seen_labels, seen):
    """Means over pairs of the batch with itself and with what was seen, as loops."""
    x, seen = np.asarray(x, np.float64), np.asarray(seen, np.float64)
    pull, push = [], []
    for i, (label_i, a) in enumerate(zip(labels, x, strict=True)):
        others = [(y, b) for j, (y, b) in enumerate(zip(labels, x, strict=True)) if j != i]
        for y, b in others + list(zip(seen_labels, seen, strict=True)):
            d = np.sqrt(sum((a - b) ** 2))
            if np.dot(y, label_i) > 0 if np.ndim(y) else y == label_i:
                pull.append(d**2)
            else:
                push.append(max(0.0, MARGIN - d) ** 2)
    return sum(pull) / max(len(pull), 1) + sum(push) / max(len(push), 1)


def memory_of(size=5, loss=None, **settings):
    return CrossBatchMemory(loss or losses.ContrastiveLoss(margin=MARGIN), size, **settings)


def step(memory, labels, x):
    """Trains on one batch; the loss that the layer adds."""
    memory(tf.constant(x), tf.constant(labels), training=True)
    (loss,) = memory.losses
    return float(loss)


def batches(sizes):
    ends = np.cumsum(sizes)
    return [slice(end - size, end) for size, end in zip(sizes, ends, strict=True)]


SIZES = {
    "smaller than the memory": [2, 2, 2, 2, 2],
    "as large as the memory": [5, 5, 3],
    "larger than the memory": [9, 4],
    "more than twice as large": [1, 12],
    "one by one": [1] * 13,
}


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
def test_loss_is_that_of_batch_and_memory_and_the_ring_wraps(sizes):
    memory, slots = memory_of(size=5), {}
    for rows in batches(sizes):
        seen = [slots[slot] for slot in sorted(slots)]
        expected = contrastive(LABELS[rows], X[rows], LABELS[seen], X[seen])
        assert np.isclose(step(memory, LABELS[rows], X[rows]), expected, rtol=1e-5)
        slots |= {example % 5: example for example in range(13)[rows]}
        held = [slots[slot] for slot in sorted(slots)]
        np.testing.assert_array_equal(memory.embeddings[: len(held)], X[held])
        np.testing.assert_array_equal(memory.labels[: len(held)], LABELS[held])
    assert memory.seen == sum(sizes)
    assert memory.steps == len(sizes)


def test_first_batch_is_scored_as_without_a_memory():
    expected = losses.ContrastiveLoss(margin=MARGIN)(LABELS, X)
    assert np.isclose(step(memory_of(size=50), LABELS, X), expected, rtol=1e-6)


def test_gradient_is_of_the_batch_alone():
    memory = memory_of(size=5)
    step(memory, LABELS[:4], X[:4])
    x = tf.constant(X[4:8])
    with tf.GradientTape() as tape:
        tape.watch(x)
        out = memory(x, tf.constant(LABELS[4:8]), training=True)
        loss = memory.losses[0] + tf.reduce_sum(out)
    expected = oracles.gradient(
        lambda v: contrastive(LABELS[4:8], v, LABELS[:4], X[:4]), X[4:8]
    )
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(tape.gradient(loss, x) - 1, expected, atol=1e-4)
    step(memory, LABELS[:1], X[:1])
    assert not memory.trainable_variables


def test_outside_training_nothing_is_remembered():
    memory = memory_of(size=5)
    step(memory, LABELS[:4], X[:4])
    before = [weight.numpy() for weight in memory.weights]
    np.testing.assert_array_equal(memory(tf.constant(X)), X)
    assert memory.losses == []  # nothing to score without labels
    np.testing.assert_array_equal(memory(tf.constant(X), tf.constant(LABELS)), X)
    expected = contrastive(LABELS, X, LABELS[:4], X[:4])
    assert np.isclose(memory.losses[0], expected, rtol=1e-5)
    for weight, old in zip(memory.weights, before, strict=True):
        np.testing.assert_array_equal(weight, old)


def test_warm_up_fills_the_memory_without_comparing():
    memory = memory_of(size=20, warmup_steps=2)
    for rows in batches([3, 4, 3]):
        seen = range(0 if rows.start < 7 else rows.start)
        expected = contrastive(LABELS[rows], X[rows], LABELS[seen], X[seen])
        assert np.isclose(step(memory, LABELS[rows], X[rows]), expected, rtol=1e-5)


def test_weight_weighs_the_loss():
    plain, double = memory_of(), memory_of(weight=2.0)
    for rows in batches([6, 7]):
        expected = 2 * step(plain, LABELS[rows], X[rows])
        assert np.isclose(step(double, LABELS[rows], X[rows]), expected, rtol=1e-6)


LARGE = 2**40
FORMS = {
    "beyond float32": lambda y: y + np.int64(LARGE),
    "int8": lambda y: y.astype(np.int8),
    "columns": lambda y: y[:, None],
    "strings": lambda y: np.array([f"class {i}" for i in y]),
}


@pytest.mark.parametrize("form", FORMS)
def test_labels_take_every_form(form):
    memory = memory_of(size=20)
    step(memory, FORMS[form](LABELS[:6]), X[:6])
    expected = contrastive(LABELS[6:], X[6:], LABELS[:6], X[:6])
    assert np.isclose(step(memory, FORMS[form](LABELS[6:]), X[6:]), expected, rtol=1e-5)


# Rows of several classes, of one and of none.
MULTI_HOT = np.random.default_rng(1).integers(0, 2, (13, 3))


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("dtype", [np.int64, np.float32])
def test_remembers_multi_hot_labels(sizes, dtype):
    labels, memory, slots = MULTI_HOT.astype(dtype), memory_of(size=5), {}
    for rows in batches(sizes):
        seen = [slots[slot] for slot in sorted(slots)]
        expected = contrastive(labels[rows], X[rows], labels[seen], X[seen])
        assert np.isclose(step(memory, labels[rows], X[rows]), expected, rtol=1e-5)
        slots |= {example % 5: example for example in range(13)[rows]}
        held = [slots[slot] for slot in sorted(slots)]
        np.testing.assert_array_equal(memory.labels[: len(held)], labels[held])


def test_multi_hot_labels_train_in_a_stock_model_and_are_saved(tmp_path):
    inputs = keras.Input((3,)), keras.Input((3,))
    memory = memory_of(size=7)
    model = keras.Model(inputs, memory(keras.layers.Dense(3)(inputs[0]), inputs[1]))
    model.compile(keras.optimizers.SGD(0.0), run_eagerly=True)
    z = model.predict([X, MULTI_HOT], verbose=0)
    history = model.fit([X, MULTI_HOT], batch_size=13, shuffle=False, verbose=0).history
    assert np.isclose(history["loss"][0], contrastive(MULTI_HOT, z, [], []), rtol=1e-5)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    expected = contrastive(MULTI_HOT[:2], z[:2], MULTI_HOT[6:], z[6:])
    found = again.evaluate([X[:2], MULTI_HOT[:2]], verbose=0)
    assert np.isclose(found, expected, rtol=1e-5)


def test_refuses_labels_of_another_form_than_the_first():
    ids, rows, x = tf.constant(LABELS), tf.constant(MULTI_HOT), tf.constant(X)
    wide, narrow = memory_of(), memory_of()
    wide(x, rows, training=True)
    narrow(x, ids, training=True)
    pairs = tf.eye(13, dtype=tf.bool)
    for memory, wrong in ((wide, ids), (wide, rows[:, :2]), (wide, pairs), (narrow, rows)):
        with pytest.raises(ValueError, match="Expected labels in the form of the first"):
            memory(x, wrong, training=True)
    with pytest.raises(ValueError, match="Expected multi-hot labels of a known number"):
        memory_of()(keras.Input((3,)), keras.Input((None,)))


CASES = [case for case in with_variants(BATCH_LOSSES) if takes_memory(case[0](**case[1]))]


@pytest.mark.parametrize("case", CASES, ids=label)
def test_serves_every_loss_that_takes_a_memory(case):
    """A memory longer than the batch, where a peer reads past the end."""
    item, settings = case
    memory = memory_of(size=8, loss=item(**settings))
    x = tf.Variable(X[:4])
    for rows in batches([4, 4, 4]):
        x.assign(X[rows])
        with tf.GradientTape() as tape:
            memory(x, tf.constant(LABELS[rows]), training=True)
            (loss,) = memory.losses
        assert np.isfinite(loss)
        assert np.isfinite(tape.gradient(loss, x)).all()


def model_with(memory, policy="float32", rate=0.01, **settings):
    keras.utils.set_random_seed(2)
    inputs = keras.Input((3,)), keras.Input((), dtype="int64")
    hidden = keras.layers.Dense(3, dtype=policy)(inputs[0])
    model = keras.Model(inputs, memory(hidden, inputs[1]))
    model.compile(keras.optimizers.SGD(rate), run_eagerly=True, **settings)
    return model


def fit(model, epochs=1, **settings):
    return model.fit(
        [X, LABELS + LARGE],
        batch_size=5,
        epochs=epochs,
        shuffle=False,
        verbose=0,
        **settings,
    )


def test_trains_in_a_stock_model():
    memory = memory_of(size=7)
    model = model_with(memory, rate=0.0)
    z = model.predict([X, LABELS], verbose=0)
    total = 0.0
    for rows in batches([5, 5, 3]):
        seen = range(13)[: rows.start][-7:]
        loss = contrastive(LABELS[rows], z[rows], LABELS[seen], z[seen])
        total += (rows.stop - rows.start) * loss
    assert np.isclose(fit(model).history["loss"][0], total / 13, rtol=1e-5)

    model = model_with(memory_of(size=7))
    history = fit(model, epochs=4).history["loss"]
    assert history[-1] < history[1]
    assert np.isfinite(model.get_weights()[0]).all()


def test_adds_to_the_loss_of_compile():
    model = model_with(memory_of(size=7), rate=0.0, loss=losses.TripletLoss())
    z = model.predict([X, LABELS], verbose=0)
    data = [X, LABELS], LABELS
    expected = losses.TripletLoss()(LABELS, z) + contrastive(LABELS, z, [], [])
    evaluated = model.evaluate(*data, batch_size=13, verbose=0)
    trained = model.fit(*data, batch_size=13, shuffle=False, verbose=0).history["loss"][0]
    assert np.isclose(evaluated, expected, rtol=1e-5)
    assert np.isclose(trained, expected, rtol=1e-5)


def test_needs_no_other_loss_to_validate():
    model = model_with(memory_of(size=7), rate=0.0)
    data = [X, LABELS]
    history = model.fit(data, batch_size=13, validation_data=(data,), verbose=0).history
    assert np.isfinite(history["val_loss"]).all()


def test_every_form_of_checkpoint_keeps_the_memory(tmp_path):
    model = model_with(memory_of(size=7))
    fit(model)
    held = [weight.numpy() for weight in model.weights]
    assert np.abs(held[2]).max() > 0.1  # embeddings
    model.save(tmp_path / "model.keras")
    model.save_weights(tmp_path / "model.weights.h5")
    tf.train.Checkpoint(model).write(str(tmp_path / "checkpoint"))

    loaded = keras.saving.load_model(tmp_path / "model.keras")
    weights = model_with(memory_of(size=7))
    weights.load_weights(tmp_path / "model.weights.h5")
    restored = model_with(memory_of(size=7))
    tf.train.Checkpoint(restored).read(str(tmp_path / "checkpoint")).expect_partial()
    for again in (loaded, weights, restored):
        for weight, old in zip(again.weights, held, strict=True):
            np.testing.assert_array_equal(weight, old)

    expected = fit(model).history["loss"]
    assert fit(loaded).history["loss"] == expected
    for weight, old in zip(loaded.weights, model.weights, strict=True):
        np.testing.assert_array_equal(weight, old)


def test_training_resumes_where_it_was_interrupted(tmp_path):
    whole = model_with(memory_of(size=7))
    fit(whole, epochs=2)

    class Interruption(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyboardInterrupt

    first = model_with(memory_of(size=7))
    backup = keras.callbacks.BackupAndRestore(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        fit(first, epochs=2, callbacks=[backup, Interruption()])
    second = model_with(memory_of(size=7))
    fit(second, epochs=2, callbacks=[keras.callbacks.BackupAndRestore(tmp_path)])
    for weight, expected in zip(second.weights, whole.weights, strict=True):
        np.testing.assert_allclose(weight, expected, rtol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_memory_is_float32_under_mixed_precision(policy):
    half = policy.removeprefix("mixed_")
    keras.config.set_dtype_policy(policy)
    try:
        memory = memory_of(size=7)
        model = model_with(memory, policy)
    finally:
        keras.config.set_dtype_policy("float32")
    assert model.outputs[0].dtype == half
    assert model([tf.constant(X), tf.constant(LABELS)]).dtype == half
    assert np.isfinite(fit(model, epochs=2).history["loss"]).all()
    assert memory.embeddings.dtype == memory.embeddings.value.dtype == "float32"
    rounded = tf.cast(tf.cast(memory.embeddings, half), tf.float32)
    np.testing.assert_array_equal(memory.embeddings, rounded)


def test_compiles_under_xla():
    memory, plain = memory_of(size=5), memory_of(size=5)
    x, labels = tf.constant(X), tf.constant(LABELS)
    memory.build(x.shape)

    @tf.function(jit_compile=True)
    def run(x, labels):
        memory(x, labels, training=True)
        return memory.losses[0]

    for rows in batches([4, 4, 4]):
        found = run(x[rows], labels[rows])
        assert np.isclose(found, step(plain, LABELS[rows], X[rows]), rtol=1e-5)
    np.testing.assert_array_equal(memory.embeddings, plain.embeddings)


def test_config_round_trip():
    memory = memory_of(size=5, warmup_steps=3, weight=0.5, name="mine", trainable=False)
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(memory)
    )
    assert type(again) is CrossBatchMemory
    assert again.get_config() == memory.get_config()
    assert again.loss.get_config() == memory.loss.get_config()
    assert (again.size, again.warmup_steps, again.weight) == (5, 3, 0.5)


def test_shapes_are_announced():
    assert memory_of().compute_output_shape((None, 4), (None,)) == (None, 4)


def test_refuses_settings_without_sense():
    refused = losses.SimCLRLoss(), losses.LiftedStructureLoss()
    for loss in ("contrastive", keras.losses.MeanSquaredError(), None, *refused):
        with pytest.raises(ValueError, match="Expected loss to be a BatchLoss"):
            CrossBatchMemory(loss)
    for name, value in {"size": 0, "warmup_steps": -1, "weight": -1.0}.items():
        with pytest.raises(ValueError, match=f"Expected {name}"):
            CrossBatchMemory(losses.ContrastiveLoss(), **{name: value})


def test_refuses_batches_that_it_cannot_score():
    memory, x = memory_of(), tf.constant(X)
    with pytest.raises(ValueError, match="Expected labels beside the embeddings"):
        memory(x, training=True)
    with pytest.raises(ValueError, match="float32 does not keep large ids apart"):
        memory(x, tf.constant(LABELS, tf.float32), training=True)
    with pytest.raises(ValueError, match="Expected one label for each row"):
        memory(x, tf.constant(LABELS[:4]), training=True)
    with pytest.raises(ValueError, match="Expected a batch of at least one example"):
        memory(x[:0], tf.constant(LABELS[:0]), training=True)
    assert memory.seen == 0
