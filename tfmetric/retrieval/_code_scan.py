"""Packed codes under FAISS, known by their positions."""

import faiss
import numpy as np

from tfmetric._core._checks import as_codes
from tfmetric.retrieval._inputs import check_not_empty, check_width

_FAST_WIDTHS = (4, 8, 16, 20, 32)  # bytes for which FAISS has a loop of its own
_HEAP_UP_TO = 100  # places; FAISS counts distances for more, which is then faster


class CodeScan:
    """Looks at every code for the nearest ones, or for all within a radius.

    Codes are kept with zeros behind them, up to a width that FAISS scans four times
    faster than those between: 48 bits as 64.
    """

    def __init__(self, codes):
        codes = check_not_empty(as_codes(codes, "codes"), "codes")
        self._width = codes.shape[1]
        self._kept = next((w for w in _FAST_WIDTHS if w >= self._width), self._width)
        self._scan = faiss.IndexBinaryFlat(8 * self._kept)
        self.add(codes)

    def __len__(self):
        return self._scan.ntotal

    @property
    def bits(self):
        return 8 * self._width

    @property
    def codes(self):
        """A copy of the codes, (items, bytes) uint8."""
        return self.at(slice(None)).copy()

    def at(self, positions):
        """Codes of the items at these positions; stale after the next `add` if a view."""
        kept = faiss.rev_swig_ptr(self._scan.xb.data(), len(self) * self._kept)
        return kept.reshape(len(self), self._kept)[positions, : self._width]

    def checked(self, codes):
        """Returns packed codes of this width, contiguous."""
        return check_width(as_codes(codes, "codes"), self._width, "codes")

    def add(self, codes):
        self._scan.add(self._widened(codes))

    def nearest(self, codes, k):
        """Distances and positions of the k nearest, equals by lower position first."""
        self._scan.use_heap = k <= _HEAP_UP_TO  # either way finds the same
        return self._scan.search(self._widened(codes), k)

    def within(self, codes, radius):
        """Limits, distances and positions, in no order, as FAISS gives them."""
        return self._scan.range_search(self._widened(codes), min(radius, self.bits) + 1)

    def _widened(self, codes):
        if self._kept == self._width:
            return codes
        widened = np.zeros((len(codes), self._kept), np.uint8)
        widened[:, : self._width] = codes
        return widened
