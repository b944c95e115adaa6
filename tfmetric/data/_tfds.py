"""Image sets of TensorFlow Datasets, with the splits of metric learning."""

from typing import NamedTuple

import numpy as np

from tfmetric._core._checks import as_size, check_choice, check_flag
from tfmetric.data._image_file import UnreadableImageError, read_image
from tfmetric.data._image_set import ImageSet
from tfmetric.data._train_test import TrainTest, by_first_classes


class _Source(NamedTuple):
    size: str  # of the download
    splits: tuple[str, ...] = ("train", "test")
    halved: bool = True  # by class, the splits joined
    label: str = "label"
    class_name: str | None = None  # feature beside the label; None if that knows it


_SOURCES = {
    "caltech_birds2011": _Source("1.2 GB", class_name="label_name"),
    "cars196": _Source("2.0 GB"),
    "lfw": _Source("180 MB", splits=("train",)),
    "omniglot": _Source("19 MB", halved=False),
    "stanford_online_products": _Source("3.1 GB", halved=False, label="class_id"),
}


def load_tfds(name, data_dir=None, image_size=64, channels=3, download=False):
    """Loads a metric learning set through TensorFlow Datasets, split as papers split it.

    Choose it to compare with published numbers. It needs the package of that name:
    `pip install "tfmetric[tfds]"`. No class is on both sides:

    - "cars196", 98 and 98 models of cars, and "caltech_birds2011", 100 and 100 species:
      the first half of the classes for training, the other for the test.
    - "stanford_online_products": 11,318 and 11,316 products, its own split.
    - "omniglot": 964 characters of the background alphabets and 659 of the evaluation
      alphabets, its own split.
    - "lfw": the first half of the people by name and the other. The lists of people and
      pairs of its protocols are not part of it, so its published numbers do not compare.

    Args:
        name: one of these names.
        data_dir: folder of TensorFlow Datasets; None for `~/tensorflow_datasets`.
        image_size: (height, width) or one number for a square, to which images are
            resized by averaging areas, whatever their proportions.
        channels: 3 for colour or 1 for gray.
        download: whether to fetch and prepare what is not in `data_dir` yet. That takes
            up to 3 GB and, where the server does not answer, minutes until an error.

    Returns:
        `TrainTest` of two `ImageSet`s. Images that cannot be decoded are listed in
        `skipped`, by split and place.

    Raises:
        ValueError: another name, or a bad size.
        ImportError: TensorFlow Datasets is not installed.
        OSError: the set is not in `data_dir`, or cannot be fetched.

    Cost: all images are in memory, height · width · channels bytes each, and where the
        classes are halved twice that for a moment. The 120,053 products at 64x64 take
        1.5 GB; above that, `open_folder` on the files that TensorFlow Datasets extracts.

    Reference: Oh Song, Xiang, Jegelka, Savarese, 2016, Deep Metric Learning via Lifted
        Structured Feature Embedding; Lake, Salakhutdinov, Tenenbaum, 2015, Human-Level
        Concept Learning through Probabilistic Program Induction, for Omniglot.
    """
    source = _SOURCES[check_choice(name, _SOURCES, "name")]
    settings = as_size(image_size, "image_size"), check_choice(channels, (1, 3), "channels")
    tfds = _import()
    builder = tfds.builder(name, data_dir=data_dir)
    if not builder.is_prepared():
        _prepare(builder, name, source, check_flag(download, "download"))
    if source.halved:
        return by_first_classes(_read(tfds, builder, source, source.splits, settings))
    sides = [_read(tfds, builder, source, [split], settings) for split in source.splits]
    return TrainTest(*sides)


def _import():
    try:
        import tensorflow_datasets
    except ImportError as error:
        raise ImportError(
            'Expected TensorFlow Datasets to be installed: pip install "tfmetric[tfds]". '
            f"Received: {error}"
        ) from error
    return tensorflow_datasets


def _prepare(builder, name, source, download):
    if not download:
        raise FileNotFoundError(
            f"Expected {name!r} in {str(builder.data_dir)!r}; with a network, "
            f"load_tfds({name!r}, download=True) fetches {source.size}. "
            "Received: nothing there"
        )
    try:
        builder.download_and_prepare()
    except Exception as error:  # of the network, the server, the disk, or a checksum
        raise OSError(
            f"Expected to fetch {name!r}, {source.size}. Prepare it where there is a "
            f"network and copy it to {str(builder.data_dir)!r}; "
            f"https://www.tensorflow.org/datasets/catalog/{name} says more. "
            f"Received: {error}"
        ) from error


def _read(tfds, builder, source, splits, settings):
    """The images of the splits, one after the other."""
    (height, width), channels = settings
    total = sum(builder.info.splits[split].num_examples for split in splits)
    images = np.empty((total, height, width, channels), np.uint8)
    labels, class_names, skipped = [], {}, []
    for place, example in _examples(tfds, builder, source, splits):
        try:
            images[len(labels)] = read_image(example["image"], *settings)
        except UnreadableImageError as error:
            skipped.append((place, str(error)))
        else:
            labels.append(example[source.label])
            class_names[labels[-1]] = example[source.class_name or source.label]
    numbers, names = _classes(builder.info.features[source.label], labels, class_names)
    return ImageSet(images[: len(labels)], numbers, names, skipped=tuple(skipped))


def _examples(tfds, builder, source, splits):
    """Split and place of each example, and its features, the image as it was stored."""
    used = {"image": True, source.label: True}
    if source.class_name:
        used[source.class_name] = True
    raw = {"image": tfds.decode.SkipDecoding()}
    decoders = tfds.decode.PartialDecoding(used, decoders=raw)
    for split in splits:
        examples = builder.as_dataset(split=split, decoders=decoders)
        for place, example in enumerate(examples.as_numpy_iterator()):
            yield f"{split} {place}", example


def _classes(feature, labels, class_names):
    """Labels as numbers, and the names of the classes."""
    names = list(getattr(feature, "names", ()))
    if not names:  # labels are names, as UTF-8
        distinct, numbers = np.unique(labels, return_inverse=True)
        return numbers, tuple(name.decode() for name in distinct)
    for number, name in class_names.items():
        if isinstance(name, bytes):
            names[number] = name.decode()
    return np.array(labels, np.int64), tuple(names)
