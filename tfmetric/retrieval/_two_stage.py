"""Two-stage search: binary codes choose candidates, float vectors rank them."""

from itertools import pairwise

import numpy as np

from tfmetric._core._checks import check_count
from tfmetric.retrieval._code_scan import CodeScan
from tfmetric.retrieval._inputs import (
    as_points,
    check_candidates,
    check_distance,
    check_not_empty,
    check_width,
    default_candidates,
    ids_at,
    join_ids,
)
from tfmetric.retrieval._matches import Matches
from tfmetric.retrieval._rank import rank_candidates
from tfmetric.retrieval._store import read_index, write_index

_RANKED_AT_ONCE = 2**20  # pairs of a query and a candidate
_QUERIES_AT_ONCE = 32  # where a threshold may let the whole index through


class TwoStageIndex:
    """Finds candidates by Hamming distance and ranks them by exact metric distance.

    Choose it from about a million items on: only the codes are scanned. Below that
    `FloatIndex` is as fast and misses nothing. What the filter loses depends on the
    data and the bits: measure it with `recall_kept` against a `FloatIndex`.

    Args:
        codes: (items, bytes) packed uint8, at least one.
        vectors: (items, dim) finite numbers, the embeddings of the same items.
        ids: (items,) unique whole numbers from 0, or None for the positions 0, 1, ...
        distance: "squared_euclidean", "euclidean" or "cosine" (1 - cos, 0..2). With
            cosine the index keeps the vectors at unit length.

    Raises:
        ValueError: bad input, or codes and vectors of different lengths.

    Cost: items * (bytes + 4 * dim + 8) of memory, bytes as in `HammingIndex`; a search
    O(queries * (items * bytes + candidates * dim)).

    Reference: K. Lin et al., "Deep Learning of Binary Hash Codes for Fast Image
    Retrieval", CVPR Workshops 2015.

    Example: both codes are 1 bit away; the vectors tell the items apart.

        >>> codes, vectors = np.uint8([[0b01], [0b10]]), [[5.0], [2.0]]
        >>> index = TwoStageIndex(codes, vectors, distance="euclidean")
        >>> index.search(np.uint8([[0b00]]), [[1.0]], k=2)
        Matches(queries=1, k=2)
          0: 1 (1), 0 (4)
    """

    kind = "two_stage"
    default_candidates = staticmethod(default_candidates)

    def __init__(self, codes, vectors, *, ids=None, distance="squared_euclidean"):
        self.distance = check_distance(distance)
        self._filter = CodeScan(codes)
        points = check_not_empty(as_points(vectors, "vectors", distance), "vectors")
        _check_pairs(self._filter, points)
        self._ids = join_ids(np.empty(0, np.int64), ids, len(points))
        self._vectors = points.copy()

    def __len__(self):
        return len(self._ids)

    @property
    def dim(self):
        """Numbers in a vector."""
        return self._vectors.shape[1]

    @property
    def bits(self):
        """Bits in a packed code, those that fill its last byte included."""
        return self._filter.bits

    def add(self, codes, vectors, ids=None):
        """Adds items with their codes and vectors; on bad input nothing is added."""
        codes, points = self._checked(codes, vectors)
        joined = join_ids(self._ids, ids, len(check_not_empty(points, "vectors")))
        self._filter.add(codes)
        self._vectors = np.concatenate([self._vectors, points])
        self._ids = joined

    def search(self, codes, vectors, k, candidates=None, *, threshold=None):
        """Returns the `Matches` of the k nearest candidates of each query.

        Args:
            codes: (queries, bytes) packed uint8.
            vectors: (queries, dim) finite numbers, the embeddings of the same queries.
            k: places; those beyond the candidates stay unfilled.
            candidates: how many nearest codes to rank, at least k; None for
                `default_candidates(k)`. Among equal codes the lower positions are taken.
            threshold: rank instead all items fewer than this many bits away.

        Raises:
            ValueError: bad input, or both candidates and threshold.
        """
        codes, points = self._checked(codes, vectors)
        k = check_count(k, "k")
        if threshold is None:
            reach = check_candidates(candidates, k, len(self))
            search, at_once = self._among_nearest, max(1, _RANKED_AT_ONCE // reach)
        elif candidates is None:
            reach = check_count(threshold, "threshold") - 1
            search, at_once = self._among_all_within, _QUERIES_AT_ONCE
        else:
            raise ValueError("Expected candidates or threshold, not both.")
        found = [
            search(
                codes[start : start + at_once], points[start : start + at_once], k, reach
            )
            for start in range(0, max(len(codes), 1), at_once)
        ]
        positions, distances = (np.concatenate(each) for each in zip(*found, strict=True))
        return Matches(ids_at(self._ids, positions), distances)

    def save(self, path):
        """Saves the index in folder `path`, in place of the one there."""
        arrays = {
            "ids": self._ids,
            "codes": self._filter.codes,
            "vectors": self._vectors,
        }
        write_index(path, self.kind, self.distance, arrays)

    @classmethod
    def load(cls, path):
        """Opens the index in folder `path`.

        Raises:
            ValueError: no index there, of another kind, or damaged.
        """
        distance, arrays = read_index(path, cls.kind, ("ids", "codes", "vectors"))
        index = cls(arrays["codes"], arrays["vectors"], ids=arrays["ids"])
        index.distance = check_distance(distance)  # saved as searched: already unit
        return index

    def _checked(self, codes, vectors):
        points = as_points(vectors, "vectors", self.distance)
        check_width(points, self.dim, "vectors")
        codes = self._filter.checked(codes)
        _check_pairs(codes, points)
        return codes, points

    def _among_nearest(self, codes, points, k, count):
        _, positions = self._filter.nearest(codes, count)
        return rank_candidates(points, self._vectors, positions, k, self.distance)

    def _among_all_within(self, codes, points, k, radius):
        limits, _, positions = self._filter.within(codes, radius)
        nearest = np.empty((len(points), k), np.int64)
        distances = np.empty((len(points), k), np.float32)
        for row, (start, stop) in enumerate(pairwise(limits.tolist())):
            nearest[row], distances[row] = rank_candidates(
                points[row, None],
                self._vectors,
                positions[None, start:stop],
                k,
                self.distance,
            )
        return nearest, distances


def _check_pairs(codes, vectors):
    if len(codes) != len(vectors):
        raise ValueError(
            "Expected a code and a vector for each item. "
            f"Received: {len(codes)} codes and {len(vectors)} vectors"
        )
