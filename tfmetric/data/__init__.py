"""Which examples meet in a batch: image sets, splits, tuples and balanced batches.

Image sets are read from a folder, from arrays or from what others collected
(`load_folder`, `load_arrays`, `load_keras`, `load_tfds`, `load_digits`), or stay in their
files until they are used (`open_folder`, `ImageFiles`); `load_csv_pairs` reads judged
pairs of images or texts; splits keep classes or examples apart (`split_classes`,
`split_examples`); pairs, triplets and quadruplets are index arrays, drawn from labels
(`make_pairs`, …) or from judged pairs (`triplets_from_pairs`, `labels_from_pairs`, …), as
are few-shot tasks (`make_episodes`), and `balanced_batches` is the P×K sampler that the
batch losses and miners want; `hierarchical_batches` is the same for classes that fall
into kinds.
"""

from tfmetric.data._archive import extract_archive
from tfmetric.data._arrays import load_arrays
from tfmetric.data._csv_pairs import ItemPairs, load_csv_pairs
from tfmetric.data._digits import load_digits
from tfmetric.data._episodes import Episodes, make_episodes
from tfmetric.data._folder import load_folder, open_folder
from tfmetric.data._hierarchy import hierarchical_batches
from tfmetric.data._image_file import UnreadableImageError, read_image
from tfmetric.data._image_files import ImageFiles
from tfmetric.data._image_set import ImageSet
from tfmetric.data._keras_sets import load_keras
from tfmetric.data._pair_lists import contradicting_pairs, labels_from_pairs
from tfmetric.data._pair_tuples import (
    balance_pairs,
    quadruplets_from_pairs,
    triplets_from_pairs,
)
from tfmetric.data._sampler import balanced_batches
from tfmetric.data._splits import split_classes, split_examples, split_first_classes
from tfmetric.data._tfds import load_tfds
from tfmetric.data._train_test import TrainTest
from tfmetric.data._tuples import make_pairs, make_quadruplets, make_triplets
from tfmetric.data._unlabelled import separate_unlabelled

__all__ = [
    "Episodes",
    "ImageFiles",
    "ImageSet",
    "ItemPairs",
    "TrainTest",
    "UnreadableImageError",
    "balance_pairs",
    "balanced_batches",
    "contradicting_pairs",
    "extract_archive",
    "hierarchical_batches",
    "labels_from_pairs",
    "load_arrays",
    "load_csv_pairs",
    "load_digits",
    "load_folder",
    "load_keras",
    "load_tfds",
    "make_episodes",
    "make_pairs",
    "make_quadruplets",
    "make_triplets",
    "open_folder",
    "quadruplets_from_pairs",
    "read_image",
    "separate_unlabelled",
    "split_classes",
    "split_examples",
    "split_first_classes",
    "triplets_from_pairs",
]
