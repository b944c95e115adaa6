"""A weighted sum of losses, and the log of its terms."""

import keras
import numpy as np
import pytest
from losses.helpers import LABELS, vectors
from oracles import losses as oracles

from tfmetric import losses

pytestmark = pytest.mark.filterwarnings("ignore:Even though the:UserWarning")

LARGE = np.array(LABELS, np.int64) + 2**40
X = vectors(10).astype(np.float32)


def two_losses(**settings):
    terms = {"pairs": losses.ContrastiveLoss(margin=2.0), "triplets": "triplet"}
    return losses.MultipleLosses(terms, **settings)


def expected_terms(x):
    return (
        np.mean(oracles.contrastive(LABELS, x, margin=2.0)),
        np.mean(oracles.triplet(LABELS, x)),
    )


def model_with(loss, **settings):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
    model.compile(keras.optimizers.SGD(0.05), loss=loss, **settings)
    return model


def test_is_the_weighted_sum(uncompiled):
    pairs, triplets = expected_terms(X)
    assert np.isclose(two_losses()(LARGE, X), pairs + triplets, rtol=1e-5)
    weighted = two_losses(weights={"triplets": 0.25})(LARGE, X)
    assert np.isclose(weighted, pairs + triplets / 4, rtol=1e-5)


def test_weights_of_examples_reach_every_term(uncompiled):
    weights = np.float32([0, 2, 1, 0, 1, 0.5, 1, 1, 3, 0])
    terms = two_losses().losses.values()
    expected = sum(float(term(LARGE, X, weights)) for term in terms)
    assert np.isclose(two_losses()(LARGE, X, weights), expected, rtol=1e-6)
    assert not np.isclose(two_losses()(LARGE, X), expected, rtol=0.01)


def test_terms_stand_in_the_history(uncompiled):
    loss = two_losses(weights={"triplets": 0.25})
    model = model_with(loss, metrics=loss.term_metrics(), run_eagerly=True)
    pairs, triplets = expected_terms(model(X).numpy())
    # Before training and after it, in the order that Keras shows.
    logs = model.fit(
        X, LARGE, batch_size=10, epochs=2, verbose=0, validation_data=(X, LARGE)
    ).history
    assert list(logs)[:3] == ["loss", "pairs", "triplets"]
    assert np.isclose(logs["pairs"][0], pairs, rtol=1e-5)
    assert np.isclose(logs["triplets"][0], triplets, rtol=1e-5)
    for name in ("", "val_"):
        sums = np.add(logs[f"{name}pairs"], np.divide(logs[f"{name}triplets"], 4))
        np.testing.assert_allclose(logs[f"{name}loss"], sums, rtol=1e-5)
    assert np.isclose(logs["val_pairs"][0], logs["pairs"][1], rtol=1e-5)


def test_weighted_metrics_log_terms_of_weighted_examples(uncompiled):
    weights = np.float32([0, 2, 1, 0, 1, 0.5, 1, 1, 3, 0])
    loss = two_losses()
    model = model_with(loss, weighted_metrics=loss.term_metrics(), run_eagerly=True)
    logs = model.evaluate(X, LARGE, sample_weight=weights, verbose=0, return_dict=True)
    assert np.isclose(logs["loss"], logs["pairs"] + logs["triplets"], rtol=1e-5)
    assert np.isclose(logs["loss"], loss(LARGE, model(X), weights), rtol=1e-5)


def test_unequal_batches_count_by_their_examples(uncompiled):
    metric = losses.LossMetric("triplet")
    metric.update_state(LABELS[:6], X[:6])
    metric.update_state(LABELS[6:], X[6:])
    first = np.mean(oracles.triplet(LABELS[:6], X[:6]))
    second = np.mean(oracles.triplet(LABELS[6:], X[6:]))
    assert np.isclose(metric.result(), (6 * first + 4 * second) / 10, rtol=1e-5)
    metric.reset_state()
    assert metric.result() == 0


def test_losses_of_views_are_logged_without_targets(uncompiled):
    loss = losses.MultipleLosses({"agree": "vicreg", "find": "simclr"})
    inputs = keras.Input((2, 3))
    model = keras.Model(inputs, keras.layers.Dense(3)(inputs))
    model.compile("sgd", loss=loss, metrics=loss.term_metrics(), run_eagerly=True)
    logs = model.fit(X[:, None] * [[[1], [2]]], batch_size=10, verbose=0).history
    assert np.isclose(logs["loss"][0], logs["agree"][0] + logs["find"][0], rtol=1e-5)


def test_saved_model_trains_and_logs_on(tmp_path, uncompiled):
    loss = losses.MultipleLosses(
        {"pairs": "contrastive", "near": keras.losses.MeanSquaredError()},
        weights={"near": 0.5},
    )
    model = model_with(loss, metrics=loss.term_metrics(), run_eagerly=True)
    targets = np.array(LABELS, np.float32)[:, None]
    model.fit(X, targets, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.loss.get_config() == loss.get_config()
    assert [type(term) for term in again.loss.losses.values()] == [
        losses.ContrastiveLoss,
        keras.losses.MeanSquaredError,
    ]
    expected = model.evaluate(X, targets, verbose=0, return_dict=True)
    found = again.evaluate(X, targets, verbose=0, return_dict=True)
    assert set(found) == {"loss", "pairs", "near"}
    assert found == pytest.approx(expected, rel=1e-6)


def test_keras_itself_trains_the_first_of_a_list_alone(uncompiled):
    """Why this class exists; when it fails, Keras sums a list by itself."""
    model = model_with([losses.ContrastiveLoss(), losses.TripletLoss()], run_eagerly=True)
    alone = losses.ContrastiveLoss()(LABELS, model(X))
    both = alone + losses.TripletLoss()(LABELS, model(X))
    value = model.evaluate(X, np.array(LABELS), verbose=0, return_dict=True)["loss"]
    assert np.isclose(value, alone, rtol=1e-5)
    assert not np.isclose(value, both, rtol=1e-3)


@pytest.mark.parametrize(
    ("terms", "weights", "message"),
    [
        ({}, None, "Expected losses as a dict"),
        (["triplet"], None, "Expected losses as a dict"),
        ({"a": "mse"}, None, "Expected loss to be one of"),
        ({"a": "triplet"}, {"b": 1.0}, "Expected weights for losses among a. Received: b"),
        ({"a": "triplet"}, {"a": float("inf")}, "Expected the weight of a to be a finite"),
    ],
)
def test_refuses_terms_without_sense(terms, weights, message):
    with pytest.raises(ValueError, match=message):
        losses.MultipleLosses(terms, weights)


def test_refuses_to_log_what_is_no_mean():
    for reduction in ("sum", None):
        with pytest.raises(ValueError, match="Expected a loss of reduction"):
            losses.LossMetric(losses.TripletLoss(reduction=reduction))
