"""A threshold that was measured, to keep with the model that it belongs to."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from tfmetric._core._checks import check_number
from tfmetric._core._files import write_text
from tfmetric.metrics import best_threshold, threshold_at_far, threshold_scores

_TYPES = {float: (int, float), int: int, str: str}


@dataclass(frozen=True)
class MatchThreshold:
    """A distance up to which two items pass for one class, and what it was measured by.

    Calibrate it on pairs that the model was not trained on, best of classes that it was
    not trained on; save it with the model, apply it where the model is used, and score
    it on pairs that did not choose it.

    Attributes:
        threshold: the distance.
        distance: its kind, such as "euclidean" or "cosine".
        rule: how it was chosen.
        far: share of the pairs of two classes that it accepted then.
        recall: share of the pairs of one class that it accepted then.
        same_pairs, different_pairs: how many pairs of each kind chose it. A share below
            1 / different_pairs cannot be measured.

    Example: up to 0.3 are same pairs only, so one can go halfway to 0.7.

        >>> match = MatchThreshold.at_far([0.1, 0.3, 0.7, 0.9], [1, 1, 0, 0], far=0.01)
        >>> match.threshold, match.recall, match.rule
        (0.5, 1.0, 'FAR at most 0.01')
        >>> match.accepts([0.4, 0.6]).tolist()
        [True, False]
    """

    threshold: float
    distance: str
    rule: str
    far: float
    recall: float
    same_pairs: int
    different_pairs: int

    @classmethod
    def at_far(cls, distances, same, far=0.01, *, distance="euclidean"):
        """The widest threshold that accepts at most a share of the different pairs.

        Choose it where a wrong acceptance is what costs.

        Args:
            distances: (pairs,) finite numbers, as `tfmetric.metrics.pair_distances` gives.
            same: (pairs,) 1 where the two are of one class, else 0.
            far: that share, in 0..1.
            distance: what kind of distance these are.

        Raises:
            ValueError: bad input, or only one kind of pair.
        """
        threshold = threshold_at_far(distances, same, far)
        return cls._measured(distances, same, threshold, f"FAR at most {far:g}", distance)

    @classmethod
    def best(cls, distances, same, by="accuracy", *, distance="euclidean"):
        """The threshold at which a score of these pairs is largest.

        Args:
            distances: (pairs,) finite numbers, as `tfmetric.metrics.pair_distances` gives.
            same: (pairs,) 1 where the two are of one class, else 0.
            by: "accuracy", "balanced_accuracy" or "f1", as in
                `tfmetric.metrics.best_threshold`.
            distance: what kind of distance these are.

        Raises:
            ValueError: bad input, or only one kind of pair.
        """
        threshold = best_threshold(distances, same, by)
        rule = f"best {by.replace('_', ' ')}"
        return cls._measured(distances, same, threshold, rule, distance)

    @classmethod
    def _measured(cls, distances, same, threshold, rule, distance):
        scores = threshold_scores(distances, same, threshold)
        same_pairs = int(np.sum(same))
        return cls(
            threshold=threshold,
            distance=distance,
            rule=rule,
            far=scores.far,
            recall=scores.recall,
            same_pairs=same_pairs,
            different_pairs=len(same) - same_pairs,
        )

    def __str__(self):
        return (
            f"{self.distance} distance up to {self.threshold:.4g} ({self.rule}; FAR "
            f"{self.far:.4f} and recall {self.recall:.4f} on {self.same_pairs:,} pairs of "
            f"one class and {self.different_pairs:,} of two)"
        )

    def accepts(self, distances):
        """Whether pairs at these distances pass for one class."""
        return np.asarray(distances) <= self.threshold

    def scores(self, distances, same):
        """`tfmetric.metrics.ThresholdScores` on other pairs."""
        return threshold_scores(distances, same, self.threshold)

    def to_dict(self):
        """Returns the attributes as JSON has them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values):
        """The threshold that gave `to_dict`.

        Raises:
            ValueError: no such dict.
        """
        types = {field.name: _TYPES[field.type] for field in fields(cls)}
        if not isinstance(values, dict) or values.keys() != types.keys():
            raise ValueError(
                f"Expected a threshold with {', '.join(types)}. Received: {values!r}"
            )
        for name, kind in types.items():
            if not isinstance(values[name], kind) or isinstance(values[name], bool):
                raise ValueError(
                    f"Expected {name} of a threshold as MatchThreshold wrote it. "
                    f"Received: {values[name]!r}"
                )
        check_number(values["threshold"], "threshold")
        return cls(**values)

    def save(self, path):
        """Writes a JSON file, whole or not at all, and returns its `Path`."""
        return write_text(path, json.dumps(self.to_dict(), indent=2) + "\n")

    @classmethod
    def load(cls, path):
        """The threshold in a file that `save` wrote.

        Raises:
            ValueError: another file, or a damaged one.
        """
        try:
            values = json.loads(Path(path).read_text(encoding="utf-8"))
        except ValueError:
            raise ValueError(
                f"Expected a threshold as JSON. Received: {str(path)!r}"
            ) from None
        return cls.from_dict(values)
