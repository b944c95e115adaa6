"""How far apart two things are. Every distance grows with remoteness."""

import functools

from tfmetric._core._registry import resolve
from tfmetric.distances._base import Distance
from tfmetric.distances._cosine import Cosine, Pearson
from tfmetric.distances._euclidean import Euclidean, SquaredEuclidean
from tfmetric.distances._manhattan import Manhattan
from tfmetric.distances._text import edit_distance, jaccard_distance

__all__ = [
    "Cosine",
    "Distance",
    "Euclidean",
    "Manhattan",
    "Pearson",
    "SquaredEuclidean",
    "edit_distance",
    "get",
    "jaccard_distance",
]

# One object a name: a compiled loss is traced anew for every other distance object.
_NAMES = {
    "cosine": functools.cache(Cosine),
    "euclidean": functools.cache(Euclidean),
    "manhattan": functools.cache(Manhattan),
    "pearson": functools.cache(Pearson),
    "squared_euclidean": functools.cache(SquaredEuclidean),
}


def get(identifier):
    """Turns a name such as "cosine", a config or a `Distance` into a `Distance`."""
    return resolve(identifier, _NAMES, Distance, "distance")
