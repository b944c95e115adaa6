import subprocess
import sys

import keras
import numpy as np
import pytest

from tfmetric import models
from tfmetric.metrics import (
    PairAccuracy,
    PairAUC,
    TripletAccuracy,
    pair_roc_auc,
    threshold_scores,
)


def pairs(count=90, seed=0):
    """Distances of five powers of ten, some of which tie."""
    generator = np.random.default_rng(seed)
    same = generator.random(count) < 0.5
    exponents = generator.integers(-10, 10, count) / 4 + 0.5 * ~same
    return (10.0**exponents).astype(np.float32), same.astype(np.int64)


def streamed(metric, y_true, y_pred, size=17, weights=None):
    for start in range(0, len(y_pred), size):
        part = slice(start, start + size)
        metric.update_state(
            y_true[part], y_pred[part], None if weights is None else weights[part]
        )
    return float(metric.result())


@pytest.mark.parametrize("column", [False, True])
def test_pair_accuracy_is_that_of_the_arrays(column):
    distances, same = pairs()
    threshold = float(distances[7])  # at the threshold is accepted
    wanted = threshold_scores(distances, same, threshold).accuracy
    if column:
        distances, same = distances[:, None], same[:, None]
    assert streamed(PairAccuracy(threshold), same, distances) == pytest.approx(wanted)


def test_pair_auc_is_that_of_the_arrays():
    distances, same = pairs()
    area = PairAUC()
    assert streamed(area, same, distances) == pytest.approx(pair_roc_auc(distances, same))
    area.reset_state()
    assert float(area.result()) == 0
    assert streamed(area, 1 - same, distances) == pytest.approx(
        pair_roc_auc(distances, 1 - same)
    )


def test_pair_auc_takes_negative_distances():
    distances, same = pairs()
    distances[::2] *= -1
    found = streamed(PairAUC(), same, distances)
    assert found == pytest.approx(pair_roc_auc(distances, same))


def test_pair_auc_tells_distances_a_hundredth_apart():
    base = np.float32(10.0) ** np.arange(-30, 30, 6, dtype=np.float32)
    for distance in base:
        pair = [distance, distance * 1.016]
        assert streamed(PairAUC(), [1, 0], pair) == 1
        assert streamed(PairAUC(), [0, 1], pair) == 0
    assert streamed(PairAUC(), [1, 0], [0.0, -0.0]) == 0.5


def test_pair_auc_of_a_fine_difference_is_close():
    generator = np.random.default_rng(3)
    distances = generator.normal(1, 0.1, 4000).astype(np.float32)
    same = (distances + generator.normal(0, 0.1, 4000) < 1).astype(np.int64)
    found = streamed(PairAUC(), same, distances, size=1000)
    assert found == pytest.approx(pair_roc_auc(distances, same), abs=0.002)


def test_triplet_accuracy_counts_ties_as_wrong():
    distances = np.random.default_rng(0).integers(0, 4, size=(50, 2)).astype(np.float32)
    wanted = np.mean([positive < negative for positive, negative in distances])
    assert streamed(TripletAccuracy(), distances, distances) == pytest.approx(wanted)


@pytest.mark.parametrize(
    "metric", [PairAccuracy(1.0), PairAUC(), TripletAccuracy()], ids=lambda m: m.name
)
def test_a_weight_counts_as_copies(metric):
    distances, same = pairs(40)
    if isinstance(metric, TripletAccuracy):
        distances = distances.reshape(20, 2)
        same = same[:20]
    weights = np.arange(len(distances)) % 3
    weighted = streamed(metric, same, distances, weights=weights)
    metric.reset_state()
    copies = np.repeat(np.arange(len(distances)), weights)
    assert weighted == pytest.approx(streamed(metric, same[copies], distances[copies]))


def encoder():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])


def test_pairs_in_fit_and_evaluate():
    generator = np.random.default_rng(1)
    x1, x2 = generator.normal(size=(2, 50, 4)).astype(np.float32)
    same = (generator.random(50) < 0.5).astype(np.float32)
    network = models.SiameseNetwork(encoder())
    network.compile(metrics=[PairAccuracy(2.0), PairAUC()])
    history = network.fit([x1, x2], same, batch_size=16, epochs=1, verbose=0).history
    assert {"pair_accuracy", "pair_auc"} <= set(history)
    found = network.evaluate([x1, x2], same, batch_size=16, verbose=0, return_dict=True)
    distances = network.predict([x1, x2], verbose=0)
    wanted = threshold_scores(distances, same, 2.0).accuracy
    assert found["pair_accuracy"] == pytest.approx(wanted)
    assert found["pair_auc"] == pytest.approx(pair_roc_auc(distances, same), abs=0.01)


def test_triplets_in_fit_and_evaluate():
    x = np.random.default_rng(1).normal(size=(3, 50, 4)).astype(np.float32)
    network = models.TripletNetwork(encoder())
    network.compile(metrics=[TripletAccuracy()])
    history = network.fit(list(x), batch_size=16, epochs=1, verbose=0).history
    assert "triplet_accuracy" in history
    found = network.evaluate(list(x), batch_size=16, verbose=0, return_dict=True)
    near, far = network.predict(list(x), verbose=0)
    assert found["triplet_accuracy"] == pytest.approx(np.mean(near < far))


def test_a_saved_network_keeps_its_threshold(tmp_path):
    network = models.SiameseNetwork(encoder())
    network.compile(metrics=[PairAccuracy(0.75, name="verified"), PairAUC()])
    x, same = np.ones((2, 4, 4), np.float32), np.ones(4, np.float32)
    network.fit(list(x), same, verbose=0)
    network.save(tmp_path / "network.keras")
    script = f"""
import keras, numpy as np
import tfmetric
network = keras.saving.load_model({str(tmp_path / "network.keras")!r})
x, same = np.ones((2, 4, 4), np.float32), np.zeros(4, np.float32)
found = network.evaluate(list(x), same, verbose=0, return_dict=True)
assert found["verified"] == 0 and "pair_auc" in found, found
assert network.get_compile_config()["metrics"][0]["config"]["threshold"] == 0.75
"""
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize("metric", [PairAccuracy(0.3), PairAUC(), TripletAccuracy("t")])
def test_settings_survive(metric):
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(metric)
    )
    assert type(again) is type(metric)
    assert again.get_config() == metric.get_config()


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="threshold to be a finite number"):
        PairAccuracy("near")
    with pytest.raises(ValueError, match="distances of shape"):
        TripletAccuracy().update_state(None, np.ones((4, 3)))
