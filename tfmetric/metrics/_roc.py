"""Thresholds on the distance of a pair: what each accepts, and which to choose."""

from typing import NamedTuple

import numpy as np

from tfmetric._core._checks import check_choice, check_number


class RocCurve(NamedTuple):
    """Rates at every distance that occurs, from accepting nothing to accepting all.

    Attributes:
        far: (points,) share of different pairs accepted: false accept rate, also false
            match rate.
        tar: (points,) share of same pairs accepted: true accept rate. 1 - tar is the
            false reject rate, also false non-match rate.
        threshold: (points,) distance up to which pairs are accepted; -inf comes first.
    """

    far: np.ndarray
    tar: np.ndarray
    threshold: np.ndarray


def roc_curve(distances, same):
    """The rates of every threshold on the distances of pairs.

    A pair is accepted, taken for one of the same class, if its distance is at most the
    threshold. Pairs at one distance are accepted together.

    Args:
        distances: (pairs,) finite numbers that grow with remoteness.
        same: (pairs,) true or 1 where the two are of one class, else false or 0.

    Returns:
        RocCurve, whose rates never fall.

    Raises:
        ValueError: bad input, or only one kind of pair.

    Cost: O(pairs log pairs) time, O(pairs) memory.

    Example: up to 0.4 both same pairs and half of the different ones are accepted.

        >>> curve = roc_curve([0.1, 0.4, 0.4, 0.9], [1, 1, 0, 0])
        >>> curve.threshold.tolist(), curve.far.tolist(), curve.tar.tolist()
        ([-inf, 0.1, 0.4, 0.9], [0.0, 0.0, 0.5, 1.0], [0.0, 0.5, 1.0, 1.0])
    """
    return as_cuts(distances, same).curve()


def best_threshold(distances, same, by="accuracy"):
    """The threshold that serves these pairs best; apply it to others.

    Args:
        distances: (pairs,) finite numbers that grow with remoteness.
        same: (pairs,) true or 1 where the two are of one class, else false or 0.
        by: what is to be largest. "accuracy": the share of pairs decided rightly.
            "balanced_accuracy": the mean of that share of the same and of the different
            pairs, which does not depend on how many there are of each. "f1": of finding
            the same pairs.

    Returns:
        float, halfway to the next distance that occurs; of several as good, the least.

    Raises:
        ValueError: bad input, or only one kind of pair.

    Example: anything from 0.3 to below 0.7 decides all four rightly.

        >>> best_threshold([0.1, 0.3, 0.7, 0.9], [1, 1, 0, 0])
        0.5
    """
    cuts = as_cuts(distances, same)
    return cuts.halfway(cuts.best(by))


def threshold_at_far(distances, same, far):
    """The widest threshold that accepts at most a share `far` of the different pairs.

    Where there are fewer than 1 / far different pairs, it accepts none of them.

    Args:
        distances: (pairs,) finite numbers that grow with remoteness.
        same: (pairs,) true or 1 where the two are of one class, else false or 0.
        far: false accept rate, in 0..1.

    Returns:
        float, halfway to the next distance that occurs; just below all distances where
        even the nearest may not be accepted.

    Raises:
        ValueError: bad input, or only one kind of pair.

    Example: of the different pairs, at 0.3 and 0.9, half may be accepted; then none.

        >>> threshold_at_far([0.1, 0.5, 0.3, 0.9], [1, 1, 0, 0], far=0.5)
        0.7
        >>> threshold_at_far([0.1, 0.5, 0.3, 0.9], [1, 1, 0, 0], far=0.1)
        0.2
    """
    cuts = as_cuts(distances, same)
    return cuts.halfway(cuts.at_far(far))


class Cuts(NamedTuple):
    """Pairs accepted up to each distance that occurs; the first cut accepts none.

    Attributes:
        threshold: (cuts,) distances, rising from -inf.
        same, different: (cuts,) accepted pairs of each kind.
    """

    threshold: np.ndarray
    same: np.ndarray
    different: np.ndarray

    def curve(self):
        """The RocCurve through the cuts."""
        far = self.different / self.different[-1]
        return RocCurve(far, self.same / self.same[-1], self.threshold)

    def area(self):
        """The area under the curve, by straight lines, so that ties count half."""
        curve = self.curve()
        return float(np.trapezoid(curve.tar, curve.far))

    def average_precision(self):
        """Precision of every cut, weighed by the share of same pairs that it adds."""
        precision = self.same[1:] / (self.same[1:] + self.different[1:])
        return float(np.sum(np.diff(self.same) * precision) / self.same[-1])

    def best(self, by):
        """The first cut at which `by` is largest."""
        same, different = self.same, self.different
        merits = {
            "accuracy": same - different,
            "balanced_accuracy": same * different[-1] - different * same[-1],
            "f1": same / (same + different + same[-1]),
        }
        return int(np.argmax(merits[check_choice(by, merits, "by")]))

    def at_far(self, far):
        """The last cut that accepts at most a share `far` of the different pairs."""
        if not 0 <= check_number(far, "far") <= 1:
            raise ValueError(f"Expected far in 0..1. Received: {far!r}")
        return int(np.searchsorted(self.curve().far, far, side="right")) - 1

    def halfway(self, cut):
        """A threshold between the distance of a cut and the next that occurs."""
        if cut == 0:
            return float(np.nextafter(self.threshold[1], -np.inf))
        low = self.threshold[cut]
        middle = low + (self.threshold[min(cut + 1, len(self.threshold) - 1)] - low) / 2
        return float(middle if cut == self._of(middle) else low)

    def _of(self, threshold):
        return int(np.searchsorted(self.threshold, threshold, side="right")) - 1


def as_pairs(distances, same):
    """Checked (pairs,) float64 distances and (pairs,) bool, of both kinds of pair."""
    distances, same = np.asarray(distances), np.asarray(same)
    if distances.ndim != 1 or same.shape != distances.shape:
        raise ValueError(
            "Expected distances and same of one shape (pairs,). "
            f"Received: {distances.shape} and {same.shape}"
        )
    if distances.dtype.kind not in "fiu" or not np.isfinite(distances).all():
        raise ValueError("Expected distances to be finite numbers.")
    if not np.isin(same, (0, 1)).all() or len(np.unique(same)) < 2:
        raise ValueError(
            "Expected same to hold 0 and 1, both at least once. "
            f"Received: {np.unique(same)[:10].tolist()}"
        )
    return distances.astype(np.float64), same.astype(bool)


def as_cuts(distances, same):
    """The Cuts of checked pairs."""
    distances, same = as_pairs(distances, same)
    order = np.argsort(distances)
    distances, same = distances[order], same[order]
    last = np.flatnonzero(np.append(np.diff(distances) > 0, True))
    accepted = np.cumsum(same)[last]
    return Cuts(
        threshold=np.append(-np.inf, distances[last]),
        same=np.append(0, accepted),
        different=np.append(0, last + 1 - accepted),
    )
