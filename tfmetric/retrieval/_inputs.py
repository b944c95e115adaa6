"""What the indexes accept: vectors, packed codes and ids."""

import numpy as np

from tfmetric._core._checks import as_vectors, check_choice, check_count

_DISTANCES = ("squared_euclidean", "euclidean", "cosine")
_LONGEST = 1e18  # float32 cannot hold the square of more


def check_distance(distance):
    """Returns `distance` if an index knows it."""
    return check_choice(distance, _DISTANCES, "distance")


def as_points(vectors, name, distance):
    """Returns vectors as they are searched: float32, unit length for cosine."""
    points = as_vectors(vectors, name)
    norms = np.sqrt(np.einsum("ij,ij->i", points, points, dtype=np.float64))
    if norms.max(initial=0) > _LONGEST:
        raise ValueError(
            f"Expected {name} of length at most {_LONGEST:g}. "
            f"Received: {norms.max():g} in row {int(norms.argmax())}"
        )
    if distance != "cosine":
        return points
    if not norms.all():
        raise ValueError(
            f"Expected {name} to be non-zero for distance='cosine'. "
            f"Received: zeros in row {int(norms.argmin())}"
        )
    return (points / norms[:, None]).astype(np.float32)


def check_not_empty(rows, name):
    """Checks that there is a row, and something in it."""
    if rows.size == 0:
        raise ValueError(
            f"Expected {name} to hold at least one item. Received: shape={rows.shape}"
        )
    return rows


def check_width(rows, width, name):
    """Checks that rows are as wide as those of the index."""
    if rows.shape[1] != width:
        raise ValueError(
            f"Expected {name} as wide as the index, {width}. Received: {rows.shape[1]}"
        )
    return rows


def join_ids(known, ids, count):
    """Returns `known` followed by `count` more ids; None numbers them by position.

    Raises:
        ValueError: ids that are not whole numbers from 0, or not unique.
    """
    if ids is None:
        ids = np.arange(len(known), len(known) + count)
    ids = np.asarray(ids)
    if ids.shape != (count,) or ids.dtype.kind not in "iu":
        raise ValueError(
            f"Expected ids to be {count} whole numbers, one for each item. "
            f"Received: shape={ids.shape}, dtype={ids.dtype}"
        )
    if ids.min() < 0 or ids.max() > np.iinfo(np.int64).max:
        raise ValueError(
            f"Expected ids in 0..2**63 - 1. Received: {ids.min()}..{ids.max()}"
        )
    ids = ids.astype(np.int64)
    unique, counts = np.unique(ids, return_counts=True)
    twice = np.append(unique[counts > 1], known[np.isin(known, ids)])
    if len(twice):
        raise ValueError(f"Expected ids to be unique. Received: {twice[0]} twice")
    return np.append(known, ids)


def default_candidates(k):
    """How many nearest codes are ranked for k places if not told: max(1000, 20 * k).

    To rank 1,000 vectors of 128 numbers takes a tenth of the time that it takes to scan
    1,000,000 codes of 64 bits.
    """
    return max(1000, 20 * k)


def check_candidates(candidates, k, items):
    """Returns how many nearest codes to rank: those asked for, or the default."""
    if candidates is None:
        candidates = default_candidates(k)
    return min(check_count(candidates, "candidates", least=k), items)


def ids_at(ids, positions):
    """Ids of the items at `positions`, -1 staying -1."""
    return np.where(positions >= 0, ids[positions], -1)
