"""The callback in `fit`: what is logged when, and who sees it."""

import subprocess
import sys
import textwrap

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfmetric.evaluation import RetrievalCallback, evaluate_embeddings
from tfmetric.models import EmbeddingNetwork, HashingNetwork, JointNetwork

X = np.random.default_rng(0).normal(size=(24, 6)).astype(np.float32)
Y = np.arange(24) % 3
OTHERS = {"unknown": (X[:10] ** 2, [7, 7, 8, 8, 8, 9, 9, 9, 9, 7])}


class Scale(keras.layers.Layer):
    """Weighs the columns; the gradient of `loss` moves the weights step by step."""

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), initializer="ones")

    def call(self, inputs):
        return inputs * self.scale


def network(rate=2.0):
    model = keras.Sequential([keras.Input((6,)), Scale()])
    model.compile(keras.optimizers.SGD(rate), loss="mse")
    return model


def fit(model, *callbacks, epochs=6, **settings):
    targets = X * [3, -2, 0, 0, 1, 0]
    return model.fit(
        X, targets, epochs=epochs, verbose=0, callbacks=[*callbacks], **settings
    ).history


def test_logs_the_scores_of_every_set():
    model, callback = network(), RetrievalCallback(X, Y, other_sets=OTHERS)
    history = fit(model, callback, epochs=2)
    assert set(history) == {
        "loss",
        "val_precision_at_1",
        "val_map_at_r",
        "val_unknown_precision_at_1",
        "val_unknown_map_at_r",
    }
    for name, key, (x, y) in (("", "", (X, Y)), ("unknown", "unknown_", OTHERS["unknown"])):
        report = evaluate_embeddings(model.predict(x, verbose=0), y)
        assert callback.reports[name] == report
        assert history[f"val_{key}map_at_r"][-1] == report.map_at_r
        assert history[f"val_{key}precision_at_1"][-1] == report.precision_at_1


def test_wanted_scores_settings_and_prefix():
    callback = RetrievalCallback(
        X, Y, scores=["recall_at_5", "roc_auc"], prefix="held_out_", distance="cosine"
    )
    model = network()
    history = fit(model, callback, epochs=1)
    report = evaluate_embeddings(model.predict(X, verbose=0), Y, distance="cosine")
    assert set(history) == {"loss", "held_out_recall_at_5", "held_out_roc_auc"}
    assert history["held_out_recall_at_5"] == [report.recall_at[5]]
    with pytest.raises(ValueError, match="scores to be one of"):
        fit(network(), RetrievalCallback(X, Y, scores=["recall"]), epochs=1)


class Counter:
    """An embedding that differs each time it is made."""

    calls = 0

    def embed(self, x, batch_size):
        self.calls += 1
        return np.random.default_rng(self.calls).normal(size=x.shape)


def run(callback, epochs, first=0):
    """The logs of each epoch, and how often was measured until then."""
    model = Counter()
    callback.set_params({"epochs": epochs})
    callback.set_model(model)
    callback.on_train_begin()
    found = []
    for epoch in range(first, epochs):
        logs = {"loss": 1.0}
        callback.on_epoch_end(epoch, logs)
        found.append((logs["val_map_at_r"], model.calls))
    callback.on_train_end()
    return found


@pytest.mark.parametrize(
    ("epochs", "every", "first", "counts"),
    [
        (4, 1, 0, [1, 2, 3, 4]),
        (7, 3, 0, [1, 1, 2, 2, 2, 3, 4]),
        (3, 5, 0, [1, 1, 2]),
        (1, 5, 0, [1]),
        (10, 4, 6, [1, 2, 2, 3]),  # resumed: epochs 7, 8, 9 and 10
    ],
)
def test_measures_first_last_and_every(epochs, every, first, counts):
    callback = RetrievalCallback(X, Y, every=every)
    for _ in range(2):  # another training with it starts anew
        found = run(callback, epochs, first)
        assert [count for _, count in found] == counts
        # The same score stands there until the next measurement, and no longer.
        scores = {}
        for score, count in found:
            assert scores.setdefault(count, score) == score
        assert len(set(scores.values())) == len(scores)


def test_a_checkpoint_keeps_the_best_of_the_measured(tmp_path):
    callback = RetrievalCallback(X, Y, every=2)
    checkpoint = keras.callbacks.ModelCheckpoint(
        tmp_path / "best_{epoch}.keras", "val_map_at_r", mode="max", save_best_only=True
    )
    scores = fit(network(), callback, checkpoint)["val_map_at_r"]
    records = [
        epoch
        for epoch in range(1, 7)
        if scores[epoch - 1] > max([-1, *scores[: epoch - 1]])
    ]
    saved = {path.name for path in tmp_path.iterdir()}
    assert saved == {f"best_{epoch}.keras" for epoch in records}
    assert len(records) > 1


def test_training_stops_when_the_scores_stay():
    stop = keras.callbacks.EarlyStopping("val_map_at_r", mode="max", patience=3)
    history = fit(network(rate=0.0), RetrievalCallback(X, Y, every=2), stop, epochs=20)
    assert len(history["val_map_at_r"]) == 4


def test_codes_are_scored_where_the_network_has_some():
    encoder = keras.Sequential([keras.Input((6,)), keras.layers.Dense(5)])
    for model in (HashingNetwork(encoder, bits=9), JointNetwork(encoder, 4, bits=12)):
        callback, logs = RetrievalCallback(X, Y), {}
        callback.set_params({"epochs": 1})
        callback.set_model(model)
        callback.on_train_begin()
        callback.on_epoch_end(0, logs)
        report = callback.reports[""]
        assert report.bits == model.bits
        assert logs["val_code_map"] == report.code_map
        assert report == evaluate_embeddings(X, Y, model=model)


def events(folder):
    """(tag, step, value, plugin) of every scalar in the one event file of a folder."""
    (path,) = folder.glob("events.out.tfevents.*")
    found = []
    for record in tf.data.TFRecordDataset(str(path)):
        event = tf.compat.v1.Event.FromString(record.numpy())
        for value in event.summary.value:
            plugin = value.metadata.plugin_data.plugin_name
            number = float(tf.make_ndarray(value.tensor))
            found.append((value.tag, event.step, number, plugin))
    return found


def test_tensorboard_and_projector(tmp_path):
    images = np.random.default_rng(1).integers(0, 255, (12, 4, 4, 1), np.uint8)
    encoder = keras.Sequential(
        [keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(3)]
    )
    model = EmbeddingNetwork(encoder, 2)
    model.compile("adam")
    callback = RetrievalCallback(
        images, Y[:12], other_sets={"unknown": (images / 255, Y[:12])}, log_dir=tmp_path
    )
    history = model.fit(images, Y[:12], epochs=2, verbose=0, callbacks=[callback]).history
    assert sorted(path.name for path in tmp_path.iterdir()) == ["held_out", "unknown"]
    expected = [
        (score, step + 1, pytest.approx(history[f"val_{score}"][step]), "scalars")
        for step in range(2)
        for score in ("precision_at_1", "map_at_r")
    ]
    assert events(tmp_path / "held_out") == expected
    config = (tmp_path / "unknown" / "projector_config.pbtxt").read_text()
    assert 'tensor_name: "unknown"' in config
    assert "sprite" not in config  # floats may be anything
    assert (tmp_path / "held_out" / "sprite.png").is_file()
    vectors = np.loadtxt(tmp_path / "held_out" / "vectors.tsv")
    np.testing.assert_allclose(vectors, model.embed(images), atol=1e-5)


def test_under_a_strategy():
    script = textwrap.dedent(
        """
        import keras, numpy as np, tensorflow as tf
        cpu = tf.config.list_physical_devices("CPU")[0]
        two = [tf.config.LogicalDeviceConfiguration()] * 2
        tf.config.set_logical_device_configuration(cpu, two)
        from tfmetric.evaluation import RetrievalCallback, evaluate_embeddings
        x, y = np.random.default_rng(0).normal(size=(22, 3)), np.arange(22) % 2
        with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
            model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])
            model.compile("sgd", loss="mse")
        callback = RetrievalCallback(x, y, batch_size=8)
        logs = model.fit(
            x, np.zeros((22, 4)), epochs=2, verbose=0, callbacks=[callback]
        ).history
        report = evaluate_embeddings(model.predict(x, verbose=0), y)
        assert callback.reports[""] == report, (callback.reports, report)
        assert logs["val_map_at_r"][1] == report.map_at_r
        """
    )
    subprocess.run([sys.executable, "-c", script], check=True, stderr=subprocess.PIPE)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"every": 0}, "every"),
        ({"batch_size": 0}, "batch_size"),
        ({"distance": "manhattan"}, "distance to be one of"),
        ({"scores": "map_at_r"}, "scores as a list"),
        ({"other_sets": {"held_out": (X, Y)}}, "other_sets with other names"),
        ({"other_sets": {"": (X, Y)}}, "other_sets with other names"),
        ({"other_sets": {"alone": (X[:3], [1, 2, 3])}}, "pairs of one class and of two"),
        ({"y": [1.5] * 24}, "integers or strings"),
    ],
)
def test_bad_settings_are_told_before_training(setting, message):
    with pytest.raises(ValueError, match=f"Expected .*{message}"):
        RetrievalCallback(**({"x": X, "y": Y} | setting))
