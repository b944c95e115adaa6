"""What a search returns, and how two searches compare."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False, repr=False)
class Matches:
    """The nearest items of each query, nearest first; equals by lower position first.

    Where a query has fewer than k matches, the places left over hold id -1 and the
    distance infinity (the largest int32 for Hamming distances).

    Attributes:
        ids: (queries, k) int64.
        distances: (queries, k) float32, or int32 for Hamming distances in bits.

    Example:

        >>> matches = Matches(np.array([[4, 2]]), np.float32([[0.5, 1.25]]))
        >>> matches
        Matches(queries=1, k=2)
          0: 4 (0.5), 2 (1.25)
        >>> matches.to_list()
        [[{'id': 4, 'distance': 0.5}, {'id': 2, 'distance': 1.25}]]
    """

    ids: np.ndarray
    distances: np.ndarray

    def __len__(self):
        return len(self.ids)

    def __repr__(self):
        queries, k = self.ids.shape
        lines = [f"Matches(queries={queries}, k={k})"]
        for query, found in enumerate(Matches(self.ids[:5], self.distances[:5]).to_list()):
            listed = [f"{match['id']} ({match['distance']:.4g})" for match in found[:5]]
            more = ["..."] if len(found) > 5 else []
            lines.append(f"  {query}: {', '.join(listed + more) or 'nothing'}")
        return "\n".join(lines + ["  ..."] * (queries > 5))

    def to_list(self):
        """Returns one list per query of `{"id", "distance"}`, unfilled places left out."""
        return [
            [
                {"id": item, "distance": distance}
                for item, distance in zip(ids, distances, strict=True)
                if item >= 0
            ]
            for ids, distances in zip(
                self.ids.tolist(), self.distances.tolist(), strict=True
            )
        ]


def recall_kept(exact, approximate):
    """Share of the exact neighbours that an approximate search found too.

    The figure to watch when choosing the bits and the candidates of a two-stage
    search: it depends on the data, so measure it on your own.

    Args:
        exact: Matches of the exact search; sets which neighbours should be found.
        approximate: Matches of the other search, for the same queries.

    Returns:
        float in 0..1, the mean over queries with at least one exact match.

    Raises:
        ValueError: not the same queries, or no exact match at all.

    Example: of items 4 and 2 only 2 was found.

        >>> exact = Matches(np.array([[4, 2]]), np.float32([[0, 1]]))
        >>> recall_kept(exact, Matches(np.array([[2, 7]]), np.float32([[1, 3]])))
        0.5
    """
    if len(exact) != len(approximate):
        raise ValueError(
            "Expected matches of the same queries. "
            f"Received: {len(exact)} and {len(approximate)} queries"
        )
    filled = exact.ids >= 0
    wanted = filled.sum(axis=1)
    if not wanted.any():
        raise ValueError("Expected at least one exact match. Received: none")
    found = np.array(
        [np.isin(*pair) for pair in zip(exact.ids, approximate.ids, strict=True)]
    )
    kept = np.sum(found & filled, axis=1)[wanted > 0]
    return float(np.mean(kept / wanted[wanted > 0]))
