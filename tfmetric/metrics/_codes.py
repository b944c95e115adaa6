"""Binary codes: Hamming distances, tie-aware average precision, code statistics."""

from dataclasses import dataclass

import numpy as np

from tfmetric._core._checks import as_codes, check_count
from tfmetric.metrics._inputs import as_collection, check_same_width


@dataclass(frozen=True)
class CodeStatistics:
    """What `code_statistics` finds.

    Attributes:
        bit_balance: mean over bits of |2 * share of ones - 1|: 0 where every bit splits
            the items in half, 1 where every bit is constant.
        unique_share: distinct codes over items; 1 where no two items share a code.
    """

    bit_balance: float
    unique_share: float


def hamming_distances(queries, gallery):
    """Number of bits in which each query code differs from each gallery code.

    Args:
        queries: (queries, bytes) packed uint8.
        gallery: (items, bytes) packed uint8.

    Returns:
        (queries, items) int32.

    Raises:
        ValueError: codes that are not packed uint8, or of different widths.

    Cost: O(queries * items * bytes / 8) time, O(queries * items) memory.

    Example:

        >>> hamming_distances(np.uint8([[0b1100]]), np.uint8([[0b1100], [0b0101]]))
        array([[0, 2]], dtype=int32)
    """
    queries, gallery = as_codes(queries, "queries"), as_codes(gallery, "gallery")
    check_same_width(queries, gallery, "query")
    distances = np.zeros((len(queries), len(gallery)), np.int32)
    for query_word, gallery_word in zip(_words(queries), _words(gallery), strict=True):
        distances += np.bitwise_count(query_word[:, None] ^ gallery_word)
    return distances


def code_map(
    codes, labels, *, gallery_codes=None, gallery_labels=None, at=None, block_size=256
):
    """Mean average precision of a Hamming ranking, averaged over the order of ties.

    The standard score of deep hashing. Hamming distances tie by the thousand, and a
    score that breaks ties by storage order moves by points when the gallery is
    shuffled; this one is the exact mean over all orders of equal distances. In a group
    of n items of which r are relevant, after N items of which M are relevant,

        sum over i = 1..n of (r/n) (M + 1 + (i-1) (r-1)/(n-1)) / (N + i)

    is the group's share of the average precision, before division by the number of
    relevant items. Without a gallery each query is ranked against all other items,
    itself taken out by index. Queries without a relevant item are left out.

    Args:
        codes: (queries, bytes) packed uint8.
        labels: (queries,) integers of any size, or strings.
        gallery_codes: (items, bytes) packed uint8, or None to rank the queries.
        gallery_labels: (items,) labels of the gallery.
        at: only the first `at` places count, and the sum is divided by
            min(at, relevant items); None counts all places. Papers that divide by the
            relevant items found among the first `at` report higher figures.
        block_size: queries ranked at a time; changes memory, never the result.

    Returns:
        float in 0..1.

    Raises:
        ValueError: bad input, or no query has a relevant item.

    Cost: O(queries * items) time, about 24 * block_size * items bytes.

    Reference: F. McSherry and M. Najork, "Computing Information Retrieval Performance
    Measures Efficiently in the Presence of Tied Scores", ECIR 2008; K. He et al.,
    "Hashing as Tie-Aware Learning to Rank", CVPR 2018,
    https://arxiv.org/abs/1705.08562.

    Example: both items are 1 bit away, one of them relevant: first place gives 1,
    second place 1/2.

        >>> query, gallery = np.uint8([[0b00]]), np.uint8([[0b01], [0b10]])
        >>> code_map(query, [1], gallery_codes=gallery, gallery_labels=[1, 2])
        0.75
    """
    groups = _tie_groups(codes, labels, gallery_codes, gallery_labels, at, block_size)
    return groups.mean(groups.over_all_orders())


def code_map_bounds(
    codes, labels, *, gallery_codes=None, gallery_labels=None, at=None, block_size=256
):
    """Mean average precision if every tie fell well, and if every tie fell badly.

    The gap is what a score that ignores ties could be off by; it narrows with more
    bits. Arguments, errors and cost are those of `code_map`, which lies between.

    Returns:
        (optimistic, pessimistic) floats in 0..1: in each group of equal distances the
        relevant items first, and last.

    Example: the relevant one of two tied items comes first or second.

        >>> query, gallery = np.uint8([[0b00]]), np.uint8([[0b01], [0b10]])
        >>> code_map_bounds(query, [1], gallery_codes=gallery, gallery_labels=[1, 2])
        (1.0, 0.5)
    """
    groups = _tie_groups(codes, labels, gallery_codes, gallery_labels, at, block_size)
    return groups.mean(groups.relevant_first()), groups.mean(groups.relevant_last())


def code_statistics(codes, bits):
    """How evenly codes use their bits, and how many items have a code of their own.

    Look here first when a code retrieves badly: unbalanced bits carry little, and
    items that share a code cannot be told apart.

    Args:
        codes: (items, ceil(bits / 8)) packed uint8, spare bits zero.
        bits: length of the code.

    Returns:
        CodeStatistics.

    Raises:
        ValueError: no codes, codes that are not packed uint8, or of another length.

    Example: the first bit splits 2:2, the second 3:1; three of four codes are distinct.

        >>> code_statistics(np.packbits([[1, 1], [1, 1], [0, 1], [0, 0]], axis=1), 2)
        CodeStatistics(bit_balance=0.25, unique_share=0.75)
    """
    codes = as_codes(codes, "codes")
    width = (check_count(bits, "bits") + 7) // 8
    if len(codes) == 0 or codes.shape[1] != width:
        raise ValueError(
            f"Expected at least one code of {bits} bits, {width} bytes wide. "
            f"Received: shape={codes.shape}"
        )
    ones = np.unpackbits(codes, axis=1)
    if ones[:, bits:].any():
        raise ValueError(
            f"Expected zeros after bit {bits} of each code. Received: ones; is the code "
            "longer than that?"
        )
    share = ones[:, :bits].mean(axis=0)
    return CodeStatistics(
        bit_balance=float(np.abs(2 * share - 1).mean()),
        unique_share=len(np.unique(codes, axis=0)) / len(codes),
    )


def _words(codes):
    """Codes as 64-bit words, one row per word: (words, items) uint64."""
    spare = -codes.shape[1] % 8
    words = np.pad(codes, ((0, 0), (0, spare))).view(np.uint64)
    return np.ascontiguousarray(words.T)


@dataclass(frozen=True)
class _TieGroups:
    """Items at each Hamming distance of each query, all (queries, distances).

    Attributes:
        size, hits: items in the group, relevant items in it.
        size_before, hits_before: the same for all nearer groups together.
        counted: how many places of the group count; `size` unless cut.
        best: (queries,) what the average precision is divided by.
        harmonic: (items + 1,) sums of 1/i for i up to the index.
    """

    size: np.ndarray
    hits: np.ndarray
    size_before: np.ndarray
    hits_before: np.ndarray
    counted: np.ndarray
    best: np.ndarray
    harmonic: np.ndarray

    def mean(self, shares):
        """Mean average precision, from the share of each group."""
        return float(np.mean(shares.sum(axis=1) / self.best))

    def over_all_orders(self):
        """Shares of the groups, as `code_map` has them."""
        reciprocals = self._reciprocals(self.size_before, self.counted)
        weighted = self.counted - (self.size_before + 1) * reciprocals
        pairs = (self.hits - 1) / np.maximum(self.size - 1, 1)
        chance = self.hits / np.maximum(self.size, 1)
        return chance * ((self.hits_before + 1) * reciprocals + pairs * weighted)

    def relevant_first(self):
        """Shares of the groups with their relevant items first."""
        return self._run_of_hits(self.size_before, np.minimum(self.hits, self.counted))

    def relevant_last(self):
        """Shares of the groups with their relevant items last."""
        misses = np.minimum(self.size - self.hits, self.counted)
        return self._run_of_hits(self.size_before + misses, self.counted - misses)

    def _run_of_hits(self, before, length):
        """sum over i = 1..length of (hits_before + i) / (before + i)."""
        reciprocals = self._reciprocals(before, length)
        return length - (before - self.hits_before) * reciprocals

    def _reciprocals(self, before, length):
        """sum over i = 1..length of 1 / (before + i)."""
        return self.harmonic[before + length] - self.harmonic[before]


def _tie_groups(codes, labels, gallery_codes, gallery_labels, at, block_size):
    """Counts, for each query and each Hamming distance, items and relevant items."""
    codes = as_codes(codes, "codes")
    if gallery_codes is not None:
        gallery_codes = as_codes(gallery_codes, "gallery_codes")
    collection = as_collection(codes, labels, gallery_codes, gallery_labels)
    levels = 8 * codes.shape[1] + 1
    size = np.empty((len(collection.queries), levels), np.int64)
    hits = np.empty_like(size)
    for rows in collection.blocks(check_count(block_size, "block_size")):
        distances = hamming_distances(collection.queries[rows], collection.gallery)
        query_classes = collection.query_classes[rows, None]
        same = query_classes == collection.gallery_classes
        size[rows] = _count_by_level(distances, np.ones_like(same), levels)
        hits[rows] = _count_by_level(distances, same, levels)
    if collection.own is not None:  # a query is one of its own items at distance 0
        size[:, 0] -= 1
        hits[:, 0] -= 1
    size_before = np.cumsum(size, axis=1) - size
    places = collection.candidates if at is None else check_count(at, "at")
    return _TieGroups(
        size=size,
        hits=hits,
        size_before=size_before,
        hits_before=np.cumsum(hits, axis=1) - hits,
        counted=np.clip(places - size_before, 0, size),
        best=np.minimum(collection.relevant, places),
        harmonic=np.append(0, np.cumsum(1 / np.arange(1, collection.candidates + 1))),
    )


def _count_by_level(distances, chosen, levels):
    """Chosen items of each row at each distance: (rows, levels)."""
    row = np.arange(len(distances))[:, None]
    cells = (row * levels + distances)[chosen]
    return np.bincount(cells, minlength=len(distances) * levels).reshape(-1, levels)
