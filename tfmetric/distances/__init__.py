"""How far apart two things are. Every distance grows with remoteness.

Packed binary codes and their distances are in `tfmetric.distances.codes`.
"""

import functools

from tfmetric._core._registry import resolve
from tfmetric.distances import codes
from tfmetric.distances._base import Distance
from tfmetric.distances._cosine import Angular, Cosine, Pearson
from tfmetric.distances._dot_product import DotProduct
from tfmetric.distances._euclidean import Euclidean, SquaredEuclidean
from tfmetric.distances._hamming import Hamming
from tfmetric.distances._lp import Lp, Manhattan
from tfmetric.distances._snr import SNR
from tfmetric.distances._text import (
    cosine_text_distance,
    edit_distance,
    jaccard_distance,
    text_distances,
)

__all__ = [
    "SNR",
    "Angular",
    "Cosine",
    "Distance",
    "DotProduct",
    "Euclidean",
    "Hamming",
    "Lp",
    "Manhattan",
    "Pearson",
    "SquaredEuclidean",
    "codes",
    "cosine_text_distance",
    "edit_distance",
    "get",
    "jaccard_distance",
    "text_distances",
]

# One object a name: a compiled loss is traced anew for every other distance object.
_NAMES = {
    "angular": functools.cache(Angular),
    "cosine": functools.cache(Cosine),
    "dot_product": functools.cache(DotProduct),
    "euclidean": functools.cache(Euclidean),
    "hamming": functools.cache(Hamming),
    "manhattan": functools.cache(Manhattan),
    "pearson": functools.cache(Pearson),
    "snr": functools.cache(SNR),
    "squared_euclidean": functools.cache(SquaredEuclidean),
}


def get(identifier):
    """Turns a name such as "cosine", a config or a `Distance` into a `Distance`."""
    return resolve(identifier, _NAMES, Distance, "distance")
