"""The benchmarks' data are what their README says; skipped without TFMETRIC_DATA."""

import os

import keras
import numpy as np
import pytest

from benchmarks import shared_data
from tfmetric import encoders, losses, models
from tfmetric.data import balanced_batches

needs_data = pytest.mark.skipif(
    not os.environ.get("TFMETRIC_DATA"), reason="TFMETRIC_DATA names no folder"
)


def test_a_folder_is_needed(monkeypatch, tmp_path):
    monkeypatch.delenv("TFMETRIC_DATA", raising=False)
    with pytest.raises(
        FileNotFoundError, match="omniglot28.npz in a folder given or named"
    ):
        shared_data.omniglot()
    with pytest.raises(FileNotFoundError, match=f"olivetti64.npz .*{tmp_path}"):
        shared_data.olivetti(tmp_path)


def check_images(images, count, shape, per_class):
    assert images.images.shape == (count, *shape)
    assert images.images.min() == 0
    assert images.images.max() > 240
    assert np.bincount(images.labels).tolist() == [per_class] * len(images.class_names)


@needs_data
def test_omniglot():
    data = shared_data.omniglot()
    check_images(data.drawings, 32460, (28, 28, 1), 20)
    labels = data.drawings.labels
    assert np.unique(labels[data.is_eval]).size == 659
    assert not set(labels[data.is_eval]) & set(labels[~data.is_eval])
    assert (np.unique(data.alphabets).size, np.unique(data.drawers).size) == (50, 20)
    assert np.unique(data.alphabets[data.is_eval]).size == 20
    assert data.support.shape == data.query.shape == data.answer.shape == (20, 20)
    right = np.take_along_axis(data.support, data.answer.astype(np.int64), axis=1)
    assert np.array_equal(labels[right], labels[data.query])
    assert data.is_eval[data.support].all()


@needs_data
def test_a_few_steps_on_omniglot_recognise_characters_never_seen():
    keras.utils.set_random_seed(0)
    data = shared_data.omniglot()
    drawings, seen = data.drawings, np.flatnonzero(~data.is_eval)
    network = models.EmbeddingNetwork(encoders.conv4((28, 28, 1), filters=16), 32)
    network.compile(keras.optimizers.Adam(3e-3), loss=losses.SupConLoss())
    training = drawings.subset(seen)
    network.fit(
        balanced_batches(training.images, training.labels, 20, 4, batches=60), verbose=0
    )
    embedded = [
        network.embed(drawings.images[trials.ravel()], batch_size=400).reshape(20, 20, -1)
        for trials in (data.support, data.query)
    ]
    nearest = np.einsum("tsd,tqd->tqs", *embedded).argmax(axis=2)
    assert (nearest == data.answer).mean() > 0.3  # chance is 0.05


@needs_data
def test_fashion_mnist():
    train, test = shared_data.fashion_mnist()
    check_images(train, 60000, (28, 28, 1), 6000)
    check_images(test, 10000, (28, 28, 1), 1000)
    assert train.class_names[9] == "Ankle boot"


@needs_data
def test_cifar10():
    train, test = shared_data.cifar10()
    check_images(train, 50000, (32, 32, 3), 5000)
    check_images(test, 10000, (32, 32, 3), 1000)
    red, _, blue = train.images[train.labels == 0].mean(axis=(0, 1, 2))  # airplanes
    assert blue > red + 5  # in the sky


@needs_data
def test_faces_and_x_rays():
    check_images(shared_data.olivetti(), 400, (64, 64, 1), 10)
    parts = shared_data.pneumonia()
    assert [len(parts[part]) for part in ("train", "val", "test")] == [3882, 524, 624]
    for part in parts.values():
        assert part.images.shape[1:] == (28, 28, 1)
        assert part.class_names == ("0", "1")


@needs_data
def test_emoji():
    data = shared_data.emoji()
    assert data.google.shape == data.twitter.shape == (1911, 64, 64, 3)
    assert len(set(data.names)) == len(data.categories) == 1911


@needs_data
def test_fraud():
    columns = shared_data.fraud()
    assert {len(values) for values in columns.values()} == {1754155}
    assert np.isin(columns["fraud"], (0, 1)).all()
    assert round(columns["fraud"].mean(), 4) == 0.0084


@needs_data
@pytest.mark.parametrize(
    "read, counts, skipped",
    [
        (shared_data.english_sentences, (5749, 1500, 1379), (0, 0, 0)),
        (shared_data.chinese_sentences, (5230, 1458, 1361), (1, 0, 0)),  # one of no score
    ],
)
def test_sentences(read, counts, skipped):
    for part, count, bad in zip(shared_data.PARTS, counts, skipped, strict=True):
        pairs = read(part)
        assert (len(pairs.same), len(pairs.skipped)) == (count, bad)
        assert (pairs.score.min(), pairs.score.max()) == (0, 5)
        assert np.array_equal(pairs.same, pairs.score >= 4)


@needs_data
def test_backbone():
    backbone = shared_data.efficientnet_lite0(32)
    assert backbone.predict(np.zeros((1, 32, 32, 3)), verbose=0).shape == (1, 1280)
