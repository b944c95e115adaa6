"""The last step of every float search: measure the candidates, keep the nearest."""

import faiss
import numpy as np

SPARE = 32  # candidates beyond k that are measured again, for float32 rounds
_CHUNK = 2**16  # float64 numbers held at once while they are: half a megabyte


def rank_candidates(queries, vectors, positions, k, distance):
    """Nearest k of each query's candidates, equals by lower position first.

    Where there are more than k + SPARE of them, float32 chooses those to measure.

    Args:
        queries, vectors: (queries, dim) and (items, dim) float32, as searched.
        positions: (queries, candidates) int64, the candidates of each query.
        k: places to fill.
        distance: how to express the squared Euclidean distance.

    Returns:
        (queries, k) positions, -1 where candidates ran out, and float32 distances.
    """
    if positions.shape[1] > k + SPARE:
        positions = _shortlist(queries, vectors, positions, k + SPARE)
    squared = _measure(queries, vectors, positions)
    order = np.lexsort((positions, squared))[:, :k]
    filled = order.shape[1]
    nearest = np.full((len(queries), k), -1, np.int64)
    nearest[:, :filled] = np.take_along_axis(positions, order, axis=1)
    distances = np.full((len(queries), k), np.inf, np.float32)
    distances[:, :filled] = _express(np.take_along_axis(squared, order, axis=1), distance)
    return nearest, distances


def _shortlist(queries, vectors, positions, count):
    """The `count` candidates nearest in float32, equals by lower position.

    A distance is not negative, so its bits rank as it does; followed by the position
    they are one integer, and the least integers are wanted.
    """
    positions = np.ascontiguousarray(positions)
    squared = np.empty(positions.shape, np.float32)
    pointers = [faiss.swig_ptr(a) for a in (squared, queries, vectors, positions)]
    faiss.fvec_L2sqr_by_idx(*pointers, vectors.shape[1], *positions.shape)
    keys = squared.view(np.uint32).astype(np.uint64) << 32 | positions.view(np.uint64)
    return (np.partition(keys, count, axis=1)[:, :count] & 0xFFFFFFFF).astype(np.int64)


def _measure(queries, vectors, positions):
    rows, items = np.repeat(np.arange(len(queries)), positions.shape[1]), positions.ravel()
    squared = np.empty(len(rows))
    step = max(1, _CHUNK // vectors.shape[1])
    for start in range(0, len(rows), step):
        chunk = slice(start, start + step)
        difference = vectors[items[chunk]].astype(np.float64)
        difference -= queries[rows[chunk]]
        np.einsum("ij,ij->i", difference, difference, out=squared[chunk])
    return squared.reshape(positions.shape)


def _express(squared, distance):
    if distance == "euclidean":
        return np.sqrt(squared)
    if distance == "cosine":  # of unit vectors: 1 - cos
        return squared / 2
    return squared
