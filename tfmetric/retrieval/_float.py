"""Exact search among float vectors."""

import faiss
import numpy as np

from tfmetric._core._checks import check_count
from tfmetric.retrieval._inputs import (
    as_points,
    check_distance,
    check_not_empty,
    check_width,
    ids_at,
    join_ids,
)
from tfmetric.retrieval._matches import Matches
from tfmetric.retrieval._rank import SPARE, rank_candidates
from tfmetric.retrieval._store import read_index, write_index


class FloatIndex:
    """Finds the nearest vectors by looking at every one of them.

    Choose it up to some millions of vectors, and as the yardstick for anything faster;
    `TwoStageIndex` needs fewer operations and far less memory per item to scan. FAISS
    scans in float32; the k + 32 nearest of its scan are measured again from the
    differences, so that distances are accurate, a vector is at distance 0 from itself
    and equals rank by lower position. Only where more than 32 others lie within float32
    rounding of the k-th does the scan choose between them.

    Args:
        vectors: (items, dim) finite numbers, at least one.
        ids: (items,) unique whole numbers from 0, or None for the positions 0, 1, ...
        distance: "squared_euclidean", "euclidean" or "cosine" (1 - cos, 0..2). With
            cosine the index keeps the vectors at unit length.

    Raises:
        ValueError: bad input, a zero vector with cosine, an id given twice.

    Cost: items * (4 * dim + 8) bytes of memory; a search O(queries * items * dim).

    Reference: J. Johnson, M. Douze and H. Jegou, "Billion-scale similarity search with
    GPUs", 2017, https://arxiv.org/abs/1702.08734.

    Example: 3 is 1 away from 4 and 3 away from 0.

        >>> index = FloatIndex([[0.0], [4.0]], ids=[70, 71], distance="euclidean")
        >>> index.search([[3.0]], k=2)
        Matches(queries=1, k=2)
          0: 71 (1), 70 (3)
    """

    kind = "float"

    def __init__(self, vectors, *, ids=None, distance="squared_euclidean"):
        self.distance = check_distance(distance)
        points = check_not_empty(as_points(vectors, "vectors", distance), "vectors")
        self._ids = join_ids(np.empty(0, np.int64), ids, len(points))
        self._scan = faiss.IndexFlatL2(points.shape[1])
        self._scan.add(points)

    def __len__(self):
        return len(self._ids)

    @property
    def dim(self):
        """Numbers in a vector."""
        return self._scan.d

    def add(self, vectors, ids=None):
        """Adds vectors of shape (items, dim); on bad input nothing is added."""
        points = check_not_empty(as_points(vectors, "vectors", self.distance), "vectors")
        check_width(points, self.dim, "vectors")
        joined = join_ids(self._ids, ids, len(points))
        self._scan.add(points)
        self._ids = joined

    def search(self, queries, k):
        """Returns the `Matches` of the k nearest vectors of each query.

        Args:
            queries: (queries, dim) finite numbers.
            k: places; those beyond the index stay unfilled.

        Raises:
            ValueError: bad input or vectors of another width.
        """
        queries = as_points(queries, "queries", self.distance)
        check_width(queries, self.dim, "queries")
        reach = min(check_count(k, "k") + SPARE, len(self))
        _, candidates = self._scan.search(queries, reach)
        positions, distances = rank_candidates(
            queries, self._vectors(), candidates, k, self.distance
        )
        return Matches(ids_at(self._ids, positions), distances)

    def save(self, path):
        """Saves the index in folder `path`, in place of the one there."""
        arrays = {"ids": self._ids, "vectors": self._vectors()}
        write_index(path, self.kind, self.distance, arrays)

    @classmethod
    def load(cls, path):
        """Opens the index in folder `path`.

        Raises:
            ValueError: no index there, of another kind, or damaged.
        """
        distance, arrays = read_index(path, cls.kind, ("ids", "vectors"))
        index = cls(arrays["vectors"], ids=arrays["ids"])
        index.distance = check_distance(distance)  # saved as searched: already unit
        return index

    def _vectors(self):
        """The vectors as FAISS holds them, not copied; stale after the next `add`."""
        values = faiss.rev_swig_ptr(self._scan.get_xb(), len(self) * self.dim)
        return values.reshape(len(self), self.dim)
