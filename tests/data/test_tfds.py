"""With a stand-in for TensorFlow Datasets, and with itself where it is installed."""

import sys
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from tfmetric.data import load_tfds


def png(shade, size=(6, 9)):
    image = np.full((*size, 3), (0, 0, shade), np.uint8)  # red, for OpenCV
    return cv2.imencode(".png", image)[1].tobytes()


class Builder:
    """What the loader uses of a builder."""

    def __init__(self, name, splits, class_names=None, error=None):
        self.data_dir = f"/data/{name}"
        self.splits, self.error, self.prepared = splits, error, error is None
        label = "class_id" if name == "stanford_online_products" else "label"
        feature = SimpleNamespace(names=class_names) if class_names else object()
        counts = {
            split: SimpleNamespace(num_examples=len(rows)) for split, rows in splits.items()
        }
        self.info = SimpleNamespace(features={label: feature}, splits=counts)

    def is_prepared(self):
        return self.prepared

    def download_and_prepare(self):
        if self.error:
            raise self.error

    def as_dataset(self, split, decoders):
        used, raw = decoders
        assert raw == {"image": "raw"}
        rows = [{key: row[key] for key in used} for row in self.splits[split]]
        return SimpleNamespace(as_numpy_iterator=lambda: iter(rows))


@pytest.fixture
def serve(monkeypatch):
    """Puts a builder behind `tensorflow_datasets.builder`."""

    def serve(builder):
        module = SimpleNamespace(
            builder=lambda name, data_dir: builder,
            decode=SimpleNamespace(
                SkipDecoding=lambda: "raw",
                PartialDecoding=lambda used, decoders: (used, decoders),
            ),
        )
        monkeypatch.setitem(sys.modules, "tensorflow_datasets", module)

    return serve


def rows(labels, first_shade=0, key="label", **more):
    return [
        {"image": png(first_shade + place), key: label, "never": "read", **more}
        for place, label in enumerate(labels)
    ]


def shades(images):
    return images.images[:, 0, 0, 0].tolist()


def test_cars_are_halved_by_class_over_both_splits(serve):
    splits = {"train": rows([3, 0, 1, 2]), "test": rows([2, 0, 3, 1], first_shade=10)}
    serve(Builder("cars196", splits, ["a", "b", "c", "d"]))
    train, test = load_tfds("cars196", image_size=(4, 5))
    assert train.images.shape == (4, 4, 5, 3)
    assert (train.labels.tolist(), shades(train)) == ([0, 1, 0, 1], [1, 2, 11, 13])
    assert (test.labels.tolist(), shades(test)) == ([3, 2, 2, 3], [0, 3, 10, 12])
    assert train.class_names == test.class_names == ("a", "b", "c", "d")


def test_birds_get_the_names_that_stand_beside_their_numbers(serve):
    names = [b"owl", b"h\xc3\xa9ron"]
    examples = [rows([n], label_name=names[n])[0] for n in (1, 0)]
    serve(Builder("caltech_birds2011", {"train": examples, "test": []}, ["0", "1"]))
    train, test = load_tfds("caltech_birds2011")
    assert train.class_names == ("owl", "héron")
    assert (train.labels.tolist(), test.labels.tolist()) == ([0], [1])


def test_people_are_split_by_name(serve):
    serve(Builder("lfw", {"train": rows([b"Zoe", b"Ann", b"Zoe", b"Bob", b"Dan"])}))
    train, test = load_tfds("lfw")
    assert train.class_names == ("Ann", "Bob", "Dan", "Zoe")
    assert (train.labels.tolist(), shades(train)) == ([0, 1], [1, 3])
    assert (test.labels.tolist(), shades(test)) == ([3, 3, 2], [0, 2, 4])


@pytest.mark.parametrize(
    "name, key", [("omniglot", "label"), ("stanford_online_products", "class_id")]
)
def test_splits_of_their_own(serve, name, key):
    splits = {"train": rows([2, 0], key=key), "test": rows([1, 1, 3], 10, key)}
    serve(Builder(name, {**splits, "small1": rows([0], 90, key)}, ["a", "b", "c", "d"]))
    train, test = load_tfds(name, channels=1)
    assert (train.labels.tolist(), test.labels.tolist()) == ([2, 0], [1, 1, 3])
    assert train.images.shape == (2, 64, 64, 1)


def test_images_that_cannot_be_read_are_left_out_with_the_reason(serve):
    train = rows([0, 0, 1], first_shade=5)
    train[1]["image"] = b"no image"
    serve(Builder("omniglot", {"train": train, "test": rows([2])}, ["a", "b", "c"]))
    train, _ = load_tfds("omniglot")
    assert (train.labels.tolist(), shades(train)) == ([0, 1], [5, 7])
    assert train.skipped[0][0] == "train 1"
    assert "Expected an image file" in train.skipped[0][1]


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    with pytest.raises(ImportError, match=r'pip install "tfmetric\[tfds\]"'):
        load_tfds("omniglot")


def test_nothing_is_downloaded_unasked(serve):
    serve(Builder("cars196", {}, error=AssertionError("downloaded")))
    reason = r"'cars196' in '/data/cars196'; .*download=True\) fetches 2.0 GB"
    with pytest.raises(FileNotFoundError, match=reason):
        load_tfds("cars196")


def test_offline(serve):
    error = ConnectionError("no route")
    serve(Builder("lfw", {}, error=error))
    with pytest.raises(OSError, match="copy it to '/data/lfw'.*no route") as caught:
        load_tfds("lfw", download=True)
    assert caught.value.__cause__ is error


@pytest.mark.parametrize(
    "given, reason",
    [
        ({"name": "imdb"}, "name to be one of 'caltech_birds2011', 'cars196'"),
        ({"name": "lfw", "image_size": 0}, "image_size"),
        ({"name": "lfw", "channels": 4}, "channels"),
    ],
)
def test_bad_settings(given, reason):
    with pytest.raises(ValueError, match=reason):
        load_tfds(**given)


@pytest.mark.filterwarnings("ignore")
def test_tensorflow_datasets_itself(tmp_path):
    tfds = pytest.importorskip("tensorflow_datasets")
    features = tfds.features.FeaturesDict(
        {
            "image": tfds.features.Image(shape=(105, 105, 3)),
            "alphabet": tfds.features.ClassLabel(num_classes=50),
            "alphabet_char_id": np.int64,
            "label": tfds.features.ClassLabel(num_classes=1623),
        }
    )
    splits = {
        split: [
            (place, {"image": image, "label": label, "alphabet": 1, "alphabet_char_id": 0})
            for place, label in enumerate(labels)
            for image in [np.full((105, 105, 3), label % 256, np.uint8)]
        ]
        for split, labels in {"train": [7, 0, 7], "test": [1622, 964]}.items()
    }
    tfds.dataset_builders.store_as_tfds_dataset(
        name="omniglot",
        version="3.0.0",
        features=features,
        split_datasets=splits,
        data_dir=tmp_path,
        disable_shuffling=True,
    )
    train, test = load_tfds("omniglot", data_dir=tmp_path, image_size=28, channels=1)
    assert train.labels.tolist() == [7, 0, 7]
    assert test.labels.tolist() == [1622, 964]
    assert (shades(train), shades(test)) == ([7, 0, 7], [1622 % 256, 964 % 256])
    with pytest.raises(FileNotFoundError):
        load_tfds("cars196", data_dir=tmp_path)
