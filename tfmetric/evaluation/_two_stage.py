"""What two-stage search loses and gains against looking at every vector."""

from dataclasses import dataclass
from statistics import median
from time import perf_counter

import numpy as np

from tfmetric._core._checks import as_vectors, check_count
from tfmetric.retrieval import FloatIndex, Matches, TwoStageIndex, recall_kept

_REPEATS = 3


@dataclass(frozen=True)
class TwoStageComparison:
    """What `compare_two_stage` finds.

    Attributes:
        recall_kept: share of the exact neighbours that two-stage search found.
        seconds_exact: time of the exact search, for all queries together.
        seconds_two_stage: time of the two-stage search.
        candidates: codes whose vectors were ranked, per query.
        vector_bytes: bytes per item that the exact search scans.
        code_bytes: bytes per item that the filter of the two-stage search scans; the
            vectors must be kept beside them.
        queries: how many queries were asked.
        k: how many neighbours each asked for.
    """

    recall_kept: float
    seconds_exact: float
    seconds_two_stage: float
    candidates: int
    vector_bytes: int
    code_bytes: int
    queries: int
    k: int

    @property
    def speed_ratio(self):
        """How many times faster two-stage search was; below 1 it was slower."""
        return self.seconds_exact / self.seconds_two_stage

    def __str__(self):
        return (
            f"two-stage search keeps {self.recall_kept:.1%} of the {self.k} nearest at "
            f"{self.speed_ratio:.2f} times the speed ({self.candidates} candidates, "
            f"{self.code_bytes} bytes scanned per item instead of {self.vector_bytes})"
        )


def compare_two_stage(
    vectors, codes, *, queries=None, query_codes=None, k=10, candidates=None
):
    """Searches exactly and in two stages, and compares what is found and how fast.

    Use it to choose the bits of a code and the number of candidates on your own data,
    and to see whether a collection is large enough for two-stage search to pay.

    Args:
        vectors: (items, dim) finite numbers.
        codes: (items, bytes) packed uint8 codes of the same items.
        queries: (queries, dim), or None to search for each item among the others.
        query_codes: (queries, bytes) packed uint8 codes of the queries.
        k: neighbours to find.
        candidates: nearest codes to rank; None for `TwoStageIndex.default_candidates(k)`.

    Returns:
        TwoStageComparison. Times are medians of three runs after one that is not
        counted, the two searches taking turns.

    Raises:
        ValueError: bad input, or queries without codes.

    Cost: four searches of each kind.

    Example: 4 is nearest to 3, but three bits away from it; 0 is one bit away.

        >>> compared = compare_two_stage([[0.0], [4.0]], np.uint8([[0b1], [0b110]]),
        ...     queries=[[3.0]], query_codes=np.uint8([[0b0]]), k=1, candidates=1)
        >>> compared.recall_kept, compared.vector_bytes, compared.code_bytes
        (0.0, 4, 1)
    """
    if (queries is None) != (query_codes is None):
        raise ValueError("Expected queries and query_codes together or neither.")
    vectors, codes = as_vectors(vectors, "vectors"), np.asarray(codes)
    check_count(k, "k")
    if candidates is None:
        candidates = TwoStageIndex.default_candidates(k)
    check_count(candidates, "candidates", least=k)
    itself = int(queries is None)  # then each item finds itself too, and that is left out
    if itself:
        queries, query_codes = vectors, codes
    exact_index, two_stage_index = FloatIndex(vectors), TwoStageIndex(codes, vectors)

    def search_exactly():
        return exact_index.search(queries, k + itself)

    def search_in_two_stages():
        return two_stage_index.search(query_codes, queries, k + itself, candidates + itself)

    exact, two_stage = search_exactly(), search_in_two_stages()
    times = [
        (_seconds(search_exactly), _seconds(search_in_two_stages)) for _ in range(_REPEATS)
    ]
    if itself:
        ids = np.arange(len(vectors))
        exact, two_stage = without_itself(exact, ids), without_itself(two_stage, ids)
    return TwoStageComparison(
        recall_kept=recall_kept(exact, two_stage),
        seconds_exact=median(first for first, _ in times),
        seconds_two_stage=median(second for _, second in times),
        candidates=min(candidates, len(vectors) - itself),
        vector_bytes=4 * vectors.shape[1],
        code_bytes=codes.shape[1],
        queries=len(exact),
        k=k,
    )


def _seconds(search):
    start = perf_counter()
    search()
    return perf_counter() - start


def without_itself(matches, ids):
    """Matches of items among all, each with its id left out, or else the furthest."""
    order = np.argsort(matches.ids == ids[:, None], axis=1, kind="stable")[:, :-1]
    rows = np.arange(len(ids))[:, None]
    return Matches(matches.ids[rows, order], matches.distances[rows, order])
