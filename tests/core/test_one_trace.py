"""Losses of equal settings share one trace: a name stands for one object."""

import numpy as np
import pytest

from tfmetric import distances, losses, miners


@pytest.mark.parametrize("room", [distances, miners])
def test_a_name_stands_for_one_object(room):
    for name in room._NAMES:
        assert room.get(name) is room.get(name)


def test_a_second_loss_of_equal_settings_is_not_traced_again(monkeypatch):
    from tfmetric.losses import _triplet

    traced = []
    masks = _triplet.distance_pairs
    monkeypatch.setattr(
        _triplet, "distance_pairs", lambda *a: traced.append(1) or masks(*a)
    )
    embeddings = np.random.default_rng(0).random((6, 5)).astype("float32")
    labels = np.array([0, 0, 1, 1, 2, 2])
    for _ in range(3):
        losses.TripletLoss(margin=0.3217)(labels, embeddings)
    assert len(traced) == 1


def test_every_form_of_labels_has_its_trace():
    x = np.random.default_rng(0).random((6, 3)).astype("float32")
    labels = np.array([0, 0, 1, 1, 2, 2])
    forms = labels, np.eye(3)[labels], np.equal.outer(labels, labels), labels[:, None]
    loss = losses.NTXentLoss(temperature=0.4321)
    expected = loss(labels, x)
    for _ in range(3):
        for form in forms:
            assert np.isclose(loss(form, x), expected)
            assert np.isclose(
                loss(form[:4, :4] if form.ndim == 2 else form[:4], x[:4]),
                loss(labels[:4], x[:4]),
            )


def test_calls_may_differ_in_their_keywords():
    x = np.random.default_rng(0).random((4, 3)).astype("float32")
    labels = [0, 0, 1, 1]
    plain = losses.contrastive_loss(labels, x)
    wider = losses.contrastive_loss(labels, x, margin=2.0)
    assert np.mean(wider) > np.mean(plain)
    squared = losses.contrastive_loss(labels, x, power=1, margin=2.0)
    assert not np.allclose(squared, wider)
    np.testing.assert_array_equal(losses.contrastive_loss(labels, x), plain)
