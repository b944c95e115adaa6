"""Exact search among binary codes."""

import numpy as np

from tfmetric._core._bits import pack_bits
from tfmetric._core._checks import as_vectors, check_count
from tfmetric.distances.codes import asymmetric_hamming
from tfmetric.retrieval._code_scan import CodeScan
from tfmetric.retrieval._inputs import check_candidates, check_not_empty, ids_at, join_ids
from tfmetric.retrieval._matches import Matches
from tfmetric.retrieval._store import read_index, write_index


class HammingIndex:
    """Finds the nearest binary codes, or all within a radius, by looking at every one.

    Choose it where memory or time rules out vectors: a 64-bit code takes 8 bytes and a
    million of them are scanned in about a millisecond. To order what it finds by a
    finer distance, use `TwoStageIndex`.

    Args:
        codes: (items, bytes) packed uint8, at least one.
        ids: (items,) unique whole numbers from 0, or None for the positions 0, 1, ...

    Raises:
        ValueError: codes that are not packed uint8, an id given twice.

    Cost: items * (bytes + 8) of memory, where bytes up to 32 count as the next of 4, 8,
    16, 20 and 32; a search O(queries * items * bytes).

    Reference: J. Johnson, M. Douze and H. Jegou, "Billion-scale similarity search with
    GPUs", 2017, https://arxiv.org/abs/1702.08734.

    Example: 0b0111 differs from 0b0011 in one bit and from 0b1000 in four.

        >>> index = HammingIndex(np.uint8([[0b1000], [0b0011]]))
        >>> index.search(np.uint8([[0b0111]]), k=2)
        Matches(queries=1, k=2)
          0: 1 (1), 0 (4)
        >>> index.within(np.uint8([[0b0111]]), radius=1)
        [(array([1]), array([1], dtype=int32))]
    """

    kind = "hamming"

    def __init__(self, codes, *, ids=None):
        self._scan = CodeScan(codes)
        self._ids = join_ids(np.empty(0, np.int64), ids, len(self._scan))

    def __len__(self):
        return len(self._ids)

    @property
    def bits(self):
        """Bits in a packed code, those that fill its last byte included."""
        return self._scan.bits

    @property
    def codes(self):
        """A copy of the codes, (items, bytes) uint8, in the order they were added."""
        return self._scan.codes

    def add(self, codes, ids=None):
        """Adds codes of shape (items, bytes); on bad input nothing is added."""
        codes = check_not_empty(self._scan.checked(codes), "codes")
        joined = join_ids(self._ids, ids, len(codes))
        self._scan.add(codes)
        self._ids = joined

    def search(self, codes, k):
        """Returns the `Matches` of the k nearest codes of each query.

        Args:
            codes: (queries, bytes) packed uint8.
            k: places; those beyond the index stay unfilled.

        Raises:
            ValueError: bad input or codes of another width.
        """
        distances, positions = self._scan.nearest(
            self._scan.checked(codes), check_count(k, "k")
        )
        return Matches(ids_at(self._ids, positions), distances)

    def search_asymmetric(self, values, k, candidates=None):
        """Returns the `Matches` of the k nearest codes to values not yet cut down to bits.

        The nearest codes are found as `search` finds them and ranked by
        `tfmetric.distances.codes.asymmetric_hamming`, which knows how sure each bit of
        the query is. Choose it for short codes kept without vectors: on digits it raised
        mean average precision by 5 to 10 points at 8 bits, by 2 at 16 and hardly at 64.

        Args:
            values: (queries, bits) finite numbers, outputs of a model before their sign.
            k: places; those beyond the candidates stay unfilled.
            candidates: how many nearest codes to rank, at least k; None for
                max(1000, 20 * k).

        Returns:
            Matches with float32 distances.

        Raises:
            ValueError: bad input or values whose codes are of another width; within the
                last byte, the index does not know the number of bits.

        Example: both codes differ from 11 in one bit, the second in the less sure one.

            >>> index = HammingIndex(np.packbits([[0, 1], [1, 0]], axis=1))
            >>> index.search_asymmetric([[2.0, 0.5]], k=2)
            Matches(queries=1, k=2)
              0: 1 (0.5), 0 (2)
        """
        values, k = as_vectors(values, "values"), check_count(k, "k")
        codes = self._scan.checked(pack_bits(values))
        reach = check_candidates(candidates, k, len(self))
        _, positions = self._scan.nearest(codes, reach)
        nearest = np.full((len(values), k), -1, np.int64)
        distances = np.full((len(values), k), np.inf, np.float32)
        for row, items in enumerate(positions):
            (measured,) = asymmetric_hamming(values[row, None], self._scan.at(items))
            order = np.lexsort((items, measured))[:k]
            nearest[row, : len(order)] = items[order]
            distances[row, : len(order)] = measured[order]
        return Matches(ids_at(self._ids, nearest), distances)

    def within(self, codes, radius):
        """Returns all codes at most `radius` bits away, nearest first.

        Args:
            codes: (queries, bytes) packed uint8.
            radius: bits, from 0.

        Returns:
            list with, for each query, its (ids, distances): int64 and int32 arrays.

        Raises:
            ValueError: bad input or codes of another width.
        """
        codes = self._scan.checked(codes)
        radius = check_count(radius, "radius", least=0)
        limits, distances, positions = self._scan.within(codes, radius)
        rows = np.repeat(np.arange(len(codes)), np.diff(limits.astype(np.int64)))
        order = np.lexsort((positions, distances, rows))
        ids, distances = self._ids[positions[order]], distances[order].astype(np.int32)
        return [
            (ids[start:stop], distances[start:stop])
            for start, stop in zip(limits, limits[1:], strict=False)
        ]

    def save(self, path):
        """Saves the index in folder `path`, in place of the one there."""
        write_index(path, self.kind, None, {"ids": self._ids, "codes": self.codes})

    @classmethod
    def load(cls, path):
        """Opens the index in folder `path`.

        Raises:
            ValueError: no index there, of another kind, or damaged.
        """
        _, arrays = read_index(path, cls.kind, ("ids", "codes"))
        return cls(arrays["codes"], ids=arrays["ids"])
