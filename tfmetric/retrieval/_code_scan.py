"""Packed codes under FAISS, known by their positions."""

import faiss

from tfmetric._core._checks import as_codes
from tfmetric.retrieval._inputs import check_not_empty, check_width

_HEAP_UP_TO = 100  # places; FAISS counts distances for more, which is then faster


class CodeScan:
    """Looks at every code for the nearest ones, or for all within a radius."""

    def __init__(self, codes):
        codes = check_not_empty(as_codes(codes, "codes"), "codes")
        self._scan = faiss.IndexBinaryFlat(8 * codes.shape[1])
        self._scan.add(codes)

    def __len__(self):
        return self._scan.ntotal

    @property
    def bits(self):
        return self._scan.d

    @property
    def codes(self):
        """A copy of the codes, (items, bytes) uint8."""
        return faiss.vector_to_array(self._scan.xb).reshape(len(self), -1)

    def checked(self, codes):
        """Returns packed codes of this width, contiguous."""
        return check_width(as_codes(codes, "codes"), self.bits // 8, "codes")

    def add(self, codes):
        self._scan.add(codes)

    def nearest(self, codes, k):
        """Distances and positions of the k nearest, equals by lower position first."""
        self._scan.use_heap = k <= _HEAP_UP_TO  # either way finds the same
        return self._scan.search(codes, k)

    def within(self, codes, radius):
        """Limits, distances and positions, in no order, as FAISS gives them."""
        return self._scan.range_search(codes, min(radius, self.bits) + 1)
