"""Hamming distances of packed codes, in NumPy."""

import numpy as np

from tfmetric._core._bits import as_words
from tfmetric._core._checks import as_codes
from tfmetric.metrics._inputs import check_same_width


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
    `tfmetric.distances.codes.hamming` is the same in TensorFlow.

    Example:

        >>> hamming_distances(np.uint8([[0b1100]]), np.uint8([[0b1100], [0b0101]]))
        array([[0, 2]], dtype=int32)
    """
    queries, gallery = as_codes(queries, "queries"), as_codes(gallery, "gallery")
    check_same_width(queries, gallery, "query")
    distances = np.zeros((len(queries), len(gallery)), np.int32)
    for query_word, gallery_word in zip(as_words(queries), as_words(gallery), strict=True):
        distances += np.bitwise_count(query_word[:, None] ^ gallery_word)
    return distances
