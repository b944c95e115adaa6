import socket
import urllib.request
from urllib.error import URLError

import keras
import numpy as np
import pytest

from tfmetric.data import _keras_sets, load_keras


def made(monkeypatch, name, *, channels, column, classes):
    """Two images of each class to train on and one to test on, as Keras gives them."""
    labels = [np.tile(np.arange(classes, dtype=np.uint8), times) for times in (2, 1)]
    size = (4, 4, 3) if channels else (4, 4)
    parts = []
    for part, shade in zip(labels, (100, 0), strict=True):
        images = np.empty((len(part), *size), np.uint8)
        images[:] = (part + shade).reshape(-1, *[1] * len(size))
        parts.append((images, part[:, np.newaxis] if column else part))
    load = getattr(keras.datasets, name)
    monkeypatch.setattr(load, "load_data", lambda: tuple(parts))


@pytest.mark.parametrize(
    "name, channels, column, classes",
    [
        ("mnist", False, False, 10),
        ("fashion_mnist", False, False, 10),
        ("cifar10", True, True, 10),
        ("cifar100", True, True, 100),
    ],
)
def test_first_half_of_the_classes_against_the_second(
    monkeypatch, name, channels, column, classes
):
    made(monkeypatch, name, channels=channels, column=column, classes=classes)
    train, test = load_keras(name)
    half = classes // 2
    assert train.labels.tolist() == [*range(half)] * 3
    assert test.labels.tolist() == [*range(half, classes)] * 3
    assert train.images.shape == (3 * half, 4, 4, 3 if channels else 1)
    shades = [*range(100, 100 + half)] * 2 + [*range(half)]
    assert train.images[:, 0, 0, 0].tolist() == shades
    assert len(set(train.class_names)) == classes
    assert train.class_names == test.class_names


def test_the_parts_that_the_set_comes_with(monkeypatch):
    made(monkeypatch, "fashion_mnist", channels=False, column=False, classes=10)
    train, test = load_keras("fashion_mnist", unseen_classes=False)
    assert train.labels.tolist() == [*range(10)] * 2
    assert test.labels.tolist() == [*range(10)]
    assert test.images[:, 0, 0, 0].tolist() == [*range(10)]
    assert (train.class_names[1], train.class_names[9]) == ("Trouser", "Ankle boot")


@pytest.mark.parametrize(
    "name, file",
    [
        ("cifar10", "cifar-10-batches-py-target_archive"),
        ("cifar100", "cifar-100-python-target_archive"),
        ("fashion_mnist", "four files"),
        ("mnist", "mnist.npz"),
    ],
)
@pytest.mark.parametrize(
    "error",
    [Exception("URL fetch failure"), URLError("no such host"), TimeoutError("late")],
)
def test_offline_says_which_file_to_put_where(monkeypatch, tmp_path, name, file, error):
    def load():
        raise error

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(getattr(keras.datasets, name), "load_data", load)
    with pytest.raises(OSError, match=f"download the data of '{name}'") as caught:
        load_keras(name)
    assert file in str(caught.value)
    assert str(tmp_path / "datasets") in str(caught.value)
    assert str(caught.value).endswith(f"Received: {error}")
    assert caught.value.__cause__ is error


def test_a_silent_server_is_given_up(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: direct.open(address))
        monkeypatch.setattr(_keras_sets, "_PATIENCE", 0.1)
        with pytest.raises(OSError, match="timed out"):
            load_keras("mnist")
    assert socket.getdefaulttimeout() is None


def test_patience_of_the_user_is_kept(monkeypatch):
    seen = []
    monkeypatch.setattr(
        keras.datasets.mnist, "load_data", lambda: seen.append(socket.getdefaulttimeout())
    )
    socket.setdefaulttimeout(7)
    try:
        with pytest.raises(TypeError):  # for the fake gives nothing
            load_keras("mnist")
        assert socket.getdefaulttimeout() == 7
    finally:
        socket.setdefaulttimeout(None)
    assert seen == [7]


def test_bad_settings(monkeypatch):
    with pytest.raises(ValueError, match="name to be one of 'cifar10', .*'imdb'"):
        load_keras("imdb")
    monkeypatch.setattr(keras.datasets.mnist, "load_data", None)  # refused before it loads
    with pytest.raises(ValueError, match="unseen_classes to be True or False"):
        load_keras("mnist", unseen_classes="train")
