"""Judged pairs that pictures take, and what a threshold on their distances accepts."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_curve

from tfmetric._core._checks import check_number
from tfmetric.metrics import pair_roc_auc


@dataclass(frozen=True)
class PairCurve:
    """Pairs by threshold, from one that accepts none to one that accepts all.

    Attributes:
        distances, same: (pairs,) float64, and whether the two are of one class.
        far: (thresholds,) share of different pairs accepted, rising.
        tar: (thresholds,) share of same pairs accepted, rising.
        area: under the curve of the two.
    """

    distances: np.ndarray
    same: np.ndarray
    far: np.ndarray
    tar: np.ndarray
    area: float

    @property
    def equal_error_rate(self):
        """FAR where it equals 1 - TAR, on the straight lines between thresholds."""
        return float(np.interp(0.0, self.far - (1 - self.tar), self.far))

    def tar_at(self, far):
        """The largest TAR of a threshold whose FAR is not above `far`."""
        return float(self.tar[self.far <= far].max())


def as_curve(distances, same):
    """The `PairCurve` of pairs.

    Raises:
        ValueError: distances that are no numbers, or only one kind of pair.
    """
    area = pair_roc_auc(distances, same)
    distances, same = np.asarray(distances, np.float64), np.asarray(same).astype(bool)
    far, tar, _ = roc_curve(same, -distances, drop_intermediate=False)
    return PairCurve(distances, same, far, tar, area)


def as_curves(pairs):
    """Dict from name to `PairCurve`, of a dict from name to distances and same."""
    if not isinstance(pairs, dict) or not pairs:
        raise ValueError(
            "Expected pairs as a dict from a name to (distances, same). "
            f"Received: {pairs!r}"
        )
    return {str(name): as_curve(*each) for name, each in pairs.items()}


def check_far(far):
    """Returns `far` if it lies between 0 and 1."""
    if not 0 < check_number(far, "far") < 1:
        raise ValueError(f"Expected far above 0 and below 1. Received: {far!r}")
    return float(far)
