"""The networks that give codes: terms of the loss, classes, recalibration, no labels."""

import keras
import numpy as np
import pytest
from models.helpers import images_and_labels, tiny_encoder

from tfmetric import layers, losses, metrics, models
from tfmetric.losses.hashing import PairwiseLikelihoodLoss, QuantizationLoss


def hashing(**settings):
    return models.HashingNetwork(tiny_encoder(), 12, **settings)


def joint(**settings):
    return models.JointNetwork(tiny_encoder(), 8, 12, **settings)


def scored(network):
    """What `evaluate` logs of one batch, and the outputs of the network."""
    images, labels = images_and_labels()
    logs = network.evaluate(images, labels, batch_size=24, verbose=0, return_dict=True)
    return logs, network.predict(images, verbose=0), labels


def assert_sum_of(logs, terms, weights):
    for name, value in terms.items():
        assert logs[f"{name}_loss"] == pytest.approx(float(value), rel=1e-5)
    total = sum(weights[name] * float(value) for name, value in terms.items())
    assert logs["loss"] == pytest.approx(total, rel=1e-5)
    assert set(logs) == {"loss", *(f"{name}_loss" for name in terms)}


def test_the_default_loss_is_the_weighted_sum_of_its_logged_terms():
    network = joint()
    network.compile("adam", loss_weights={"code": 0.5})
    logs, outputs, labels = scored(network)
    terms = {
        "embedding": losses.TripletLoss()(labels, outputs["embedding"]),
        "code": PairwiseLikelihoodLoss()(labels, outputs["code"]),
    }
    assert_sum_of(logs, terms, {"embedding": 1, "code": 0.5})


def test_each_output_takes_one_loss_or_several_by_name():
    network = joint(num_classes=4)
    several = {"near": losses.ContrastiveLoss(), "norm": QuantizationLoss()}
    network.compile(
        "adam",
        loss={"embedding": several, "code": losses.SupConLoss()},
        loss_weights={"norm": 3.0},
    )
    logs, outputs, labels = scored(network)
    code = np.where(outputs["code"] > 0, 1.0, -1.0)
    logits = code @ network.classifier.get_weights()[0]
    likelihood = logits[np.arange(24), labels] - np.log(np.exp(logits).sum(axis=1))
    terms = {
        "near": losses.ContrastiveLoss()(labels, outputs["embedding"]),
        "norm": np.mean((1 - np.abs(outputs["embedding"])) ** 2),
        "code": losses.SupConLoss()(labels, outputs["code"]),
        "class": -likelihood.mean(),
    }
    assert_sum_of(logs, terms, {"near": 1, "norm": 3, "code": 1, "class": 1})


def test_one_loss_by_itself_goes_to_the_first_output():
    network = hashing()
    network.compile("adam", loss=losses.NTXentLoss())
    images, labels = images_and_labels()
    logs = network.evaluate(images, labels, batch_size=24, verbose=0, return_dict=True)
    code = network.predict(images, verbose=0)
    assert logs["loss"] == pytest.approx(float(losses.NTXentLoss()(labels, code)), rel=1e-5)
    network = joint()
    network.compile("adam", loss=losses.NTXentLoss())
    assert isinstance(network.loss["embedding"], losses.NTXentLoss)
    assert isinstance(network.loss["code"], PairwiseLikelihoodLoss)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"loss": {"hash": losses.SupConLoss()}},
            "the output it reads, of embedding, code",
        ),
        ({"loss_weights": {"hsh": 1}}, "name of a term, of embedding, code"),
        ({"loss_weights": [1, 2, 3]}, "Expected loss_weights to be a dict"),
        (
            {"loss": {"code": {"embedding": losses.SupConLoss()}}},
            "names of their own. Received: 'embedding' for embedding and for code",
        ),
        ({"loss": {"class": losses.SupConLoss()}}, "of embedding, code. Received: class"),
    ],
)
def test_refuses_terms_that_read_nothing(arguments, message):
    with pytest.raises(ValueError, match=message):
        joint().compile("adam", **arguments)


def test_classifier_trains_the_code_and_is_no_part_of_the_output():
    """GreedyHash: cross-entropy of the signs, and a cubic quantisation term."""
    keras.utils.set_random_seed(4)
    images, labels = images_and_labels()
    network = hashing(num_classes=4)
    network.compile(
        keras.optimizers.Adam(0.01),
        loss={"code": QuantizationLoss(norm="cubic")},
        loss_weights={"code": 0.1},
    )
    history = network.fit(images, labels, epochs=30, batch_size=24, verbose=0).history
    assert history["class_loss"][-1] < history["class_loss"][0] / 2
    assert network.predict(images, verbose=0).shape == (24, 12)
    assert metrics.code_map(network.packed_codes(images), labels) > 0.9


def test_classifier_of_several_classes_takes_another_loss():
    keras.utils.set_random_seed(4)
    images, labels = images_and_labels()
    classes = np.eye(5, dtype=np.int32)[labels]
    classes[:, 4] = labels % 2
    network = hashing(num_classes=5)
    several = keras.losses.BinaryCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(0.01), loss={"class": several})
    history = network.fit(images, classes, epochs=30, batch_size=24, verbose=0).history
    assert history["class_loss"][-1] < history["class_loss"][0] / 2


@pytest.mark.parametrize(
    "labels", [np.eye(4)[:2], np.array(["cat", "dog"], object)], ids=["multi-hot", "names"]
)
def test_classifier_says_that_it_reads_class_indices(labels):
    images, _ = images_and_labels()
    network = joint(num_classes=4)
    network.compile("adam")
    with pytest.raises(ValueError, match="labels of output 'class' as class indices"):
        network.fit(images[:2], labels, verbose=0)


def test_terms_classes_and_activation_survive_saving(tmp_path):
    images, labels = images_and_labels()
    for make in (hashing, joint):
        network = make(num_classes=4, activation=layers.TanhContinuation(2.0))
        terms = {"far": losses.SupConLoss(temperature=0.3), "flat": QuantizationLoss()}
        network.compile("adam", loss={"code": terms}, loss_weights={"flat": 0.01})
        network.fit(images, labels, verbose=0, callbacks=[layers.ContinuationSchedule()])
        path = tmp_path / f"{network.name}.keras"
        network.save(path)
        again = keras.saving.load_model(path)
        np.testing.assert_array_equal(again.codes(images), network.codes(images))
        evaluate = {"batch_size": 24, "verbose": 0, "return_dict": True}
        assert again.evaluate(images, labels, **evaluate) == network.evaluate(
            images, labels, **evaluate
        )
        again.fit(images, labels, verbose=0)
        assert again.optimizer.iterations == network.optimizer.iterations + 1


@pytest.mark.parametrize("make", [hashing, joint])
def test_codes_and_packed_codes_have_one_rule(make, monkeypatch):
    """A number below the smallest normal float is no bit, as in TensorFlow."""
    network = make()
    values = np.float32([[1e-40, 1e-30, 0.0, -1.0, *[1.0] * 8]])
    monkeypatch.setattr(network, "_code_values", lambda images, batch_size: values)
    expected = [[-1, 1, -1, -1, *[1] * 8]]
    codes = network.codes(None)
    assert codes.tolist() == expected
    assert codes.dtype == np.int8
    assert np.unpackbits(network.packed_codes(None)[0], count=12).tolist() == [
        (bit + 1) // 2 for bit in expected[0]
    ]


@pytest.mark.parametrize("make", [hashing, joint])
def test_recalibrated_bits_split_another_collection(make):
    images, labels = images_and_labels(per_class=20)
    network = make()
    network.compile("adam")
    network.fit(images, labels, epochs=4, verbose=0)
    elsewhere = 1 - images * 2
    values = network.predict(elsewhere, verbose=0)
    before = np.mean((values["code"] if make is joint else values) > 0, axis=0)
    network.recalibrate(elsewhere, batch_size=32)
    values = network.predict(elsewhere, verbose=0)
    values = values["code"] if make is joint else values
    scale, offset = network.hash_head.center.get_weights()[:2]
    np.testing.assert_allclose(values.mean(axis=0), offset, atol=1e-3)
    np.testing.assert_allclose(values.std(axis=0), np.abs(scale), rtol=0.05)
    after = np.mean(values > 0, axis=0)
    assert np.abs(after - 0.5).mean() < np.abs(before - 0.5).mean()
    with pytest.raises(ValueError, match="Expected at least two items"):
        network.recalibrate(elsewhere[:1])


def test_two_views_train_codes_without_labels():
    """A hashing network inside a stock model, trained on its own signs by SimCLR."""
    keras.utils.set_random_seed(2)
    images, _ = images_and_labels(per_class=16)
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(2, *images.shape)) * 0.1
    views = [np.float32(images + each) for each in noise]
    network = hashing(activation=layers.Sign())
    inputs = [keras.Input(images.shape[1:]) for _ in views]
    stacked = keras.ops.stack([network(each) for each in inputs], axis=1)
    model = keras.Model(inputs, stacked)
    model.compile(keras.optimizers.Adam(0.01), loss=losses.SimCLRLoss(temperature=0.5))
    before = apart(network, views)
    model.fit(views, epochs=15, batch_size=32, verbose=0)
    assert apart(network, views) < before * 0.8


def apart(network, views):
    """Bits between two views of an image, over the bits between any two images."""
    distances = metrics.hamming_distances(*map(network.packed_codes, views))
    return np.diag(distances).mean() / distances.mean()
