"""Scores of verification: over all thresholds, at one, and at one chosen elsewhere."""

from dataclasses import dataclass

import numpy as np

from tfmetric._core._checks import check_count, check_number
from tfmetric.metrics._roc import as_cuts, as_pairs


@dataclass(frozen=True)
class ThresholdScores:
    """What `threshold_scores` finds, in 0..1 but for the threshold.

    Attributes:
        threshold: distance up to which a pair is taken for one of the same class.
        accuracy: share of pairs decided rightly.
        precision: share of same pairs among those accepted; 0 where none is accepted.
        recall: share of the same pairs that are accepted: true accept rate.
        f1: harmonic mean of precision and recall.
        far: share of the different pairs accepted: false accept or false match rate.
        frr: share of the same pairs rejected: false reject or false non-match rate.
    """

    threshold: float
    accuracy: float
    precision: float
    recall: float
    f1: float
    far: float
    frr: float


def threshold_scores(distances, same, threshold):
    """Scores the decision "same class if the distance is at most the threshold".

    Choose the threshold on other pairs: `best_threshold`, `threshold_at_far`.

    Args:
        distances: (pairs,) finite numbers that grow with remoteness.
        same: (pairs,) true or 1 where the two are of one class, else false or 0.
        threshold: a distance.

    Returns:
        ThresholdScores.

    Raises:
        ValueError: bad input, or only one kind of pair.

    Example: 0.1, 0.2 and, being at the threshold, 0.4 are accepted; one is different.

        >>> scores = threshold_scores([0.1, 0.4, 0.7, 0.2, 0.9], [1, 1, 1, 0, 0], 0.4)
        >>> scores.accuracy, scores.recall == scores.precision == 2 / 3, scores.far
        (0.6, True, 0.5)
    """
    distances, same = as_pairs(distances, same)
    threshold = check_number(threshold, "threshold")
    accepted = distances <= threshold
    right = int(np.sum(accepted & same))
    wrong = int(np.sum(accepted & ~same))
    positives, negatives = int(same.sum()), int(np.sum(~same))
    return ThresholdScores(
        threshold=threshold,
        accuracy=(right + negatives - wrong) / len(same),
        precision=right / max(right + wrong, 1),
        recall=right / positives,
        f1=2 * right / (right + wrong + positives),
        far=wrong / negatives,
        frr=1 - right / positives,
    )


@dataclass(frozen=True)
class VerificationScores:
    """What `verification_scores` finds, in 0..1 but for thresholds and counts.

    Attributes:
        auc: area under the ROC curve.
        average_precision: of ranking the pairs by distance, same pairs relevant.
        eer: equal error rate, where as many same pairs are rejected as different ones
            accepted.
        tar_at_far: dict from a false accept rate to the share of same pairs accepted by
            the widest threshold that keeps to it.
        best: ThresholdScores at the threshold of highest accuracy on these very pairs.
        same_pairs, different_pairs: how many there are of each kind.
    """

    auc: float
    average_precision: float
    eer: float
    tar_at_far: dict
    best: ThresholdScores
    same_pairs: int
    different_pairs: int

    @property
    def fnmr_at_fmr(self):
        """Dict from a false match rate to the share of same pairs rejected there."""
        return {far: 1 - tar for far, tar in self.tar_at_far.items()}


def verification_scores(distances, same, *, far=(1e-1, 1e-2, 1e-3)):
    """Scores how well the distance of a pair tells whether it is of one class.

    The account of verification, of distances from `pair_distances`, from a Siamese
    network, or from anything else. A threshold t accepts the pairs with distance <= t;
    pairs at one distance are accepted together.

        TAR@FAR = share of same pairs accepted by the widest threshold that accepts at
                  most a share FAR of the different pairs
        FNMR@FMR = 1 - TAR@FAR
        EER = the false accept rate where it equals the false reject rate, on the
              straight lines between the points of the ROC curve

    With fewer than 1/FAR different pairs, TAR@FAR accepts none of them: it is then that
    of a false accept rate of 0, and a few pairs decide it. The accuracy in `best` is
    that of a threshold chosen on these very pairs, so a little too good: on pairs that
    did not choose it, see `cross_validated_accuracy`.

    Args:
        distances: (pairs,) finite numbers that grow with remoteness.
        same: (pairs,) true or 1 where the two are of one class, else false or 0.
        far: false accept rates, one number or several, in 0..1.

    Returns:
        VerificationScores.

    Raises:
        ValueError: bad input, or only one kind of pair.

    Cost: O(pairs log pairs) time, O(pairs) memory.

    Example: 0.5 against 0.4 is wrong. No different pair nearer than 0.4 is accepted,
    which leaves half of the same pairs.

        >>> scores = verification_scores([0.1, 0.5, 0.4, 0.9], [1, 1, 0, 0], far=0.1)
        >>> scores.auc, scores.tar_at_far, scores.eer, scores.best.accuracy
        (0.75, {0.1: 0.5}, 0.5, 0.75)
    """
    cuts = as_cuts(distances, same)
    curve = cuts.curve()
    distances, same = as_pairs(distances, same)
    best = cuts.halfway(cuts.best("accuracy"))
    return VerificationScores(
        auc=cuts.area(),
        average_precision=cuts.average_precision(),
        eer=_equal_error_rate(curve),
        tar_at_far={
            rate: float(curve.tar[cuts.at_far(rate)])
            for rate in np.atleast_1d(far).tolist()
        },
        best=threshold_scores(distances, same, best),
        same_pairs=int(same.sum()),
        different_pairs=int(np.sum(~same)),
    )


def _equal_error_rate(curve):
    """Where the straight lines through (far, tar) meet tar = 1 - far."""
    excess = curve.far - (1 - curve.tar)  # rises from -1 to 1
    after = int(np.argmax(excess >= 0))
    before = after - 1
    share = -excess[before] / (excess[after] - excess[before])
    return float(curve.far[before] + share * (curve.far[after] - curve.far[before]))


@dataclass(frozen=True)
class CrossValidatedAccuracy:
    """What `cross_validated_accuracy` finds.

    Attributes:
        mean: mean accuracy of the folds.
        standard_error: of that mean: deviation of the folds / sqrt(folds).
        accuracies: accuracy of each fold, in order of their ids.
        thresholds: the threshold of each, chosen on all the others.
    """

    mean: float
    standard_error: float
    accuracies: list
    thresholds: list


def cross_validated_accuracy(distances, same, folds=10):
    """Accuracy of verification on pairs that did not choose the threshold.

    The protocol of Labeled Faces in the Wild: for each fold, the threshold that is best
    on all the other folds decides the pairs of the fold.

    Args:
        distances: (pairs,) finite numbers that grow with remoteness.
        same: (pairs,) true or 1 where the two are of one class, else false or 0.
        folds: how many, at least 2: the pairs of each kind are dealt out in turn, in
            their order. Or (pairs,) ids of the folds that a protocol prescribes, for
            LFW `np.repeat(np.arange(10), 600)`: its folds have no person in common,
            which dealing out does not ensure.

    Returns:
        CrossValidatedAccuracy.

    Raises:
        ValueError: bad input, fewer than two folds, or other folds of only one kind of
            pair.

    Cost: O(folds * pairs log pairs) time, O(pairs) memory.

    Reference: G. Huang, M. Ramesh, T. Berg and E. Learned-Miller, "Labeled Faces in the
    Wild", 2007, whose standard error this is: that of the mean over folds, with
    folds - 1 degrees of freedom.

    Example: the pairs of fold 0 ask for a threshold of 2, at which those of fold 1 are
    half wrong; theirs is 4, at which those of fold 0 are half wrong.

        >>> found = cross_validated_accuracy(
        ...     [1, 3, 3, 5], [1, 0, 1, 0], folds=[0, 0, 1, 1])
        >>> found.thresholds, found.accuracies, found.mean, found.standard_error
        ([4.0, 2.0], [0.5, 0.5], 0.5, 0.0)
    """
    distances, same = as_pairs(distances, same)
    ids = _fold_ids(folds, same)
    accuracies, thresholds = [], []
    for fold in np.unique(ids):
        inside = ids == fold
        cuts = as_cuts(distances[~inside], same[~inside])
        thresholds.append(cuts.halfway(cuts.best("accuracy")))
        decided = distances[inside] <= thresholds[-1]
        accuracies.append(float(np.mean(decided == same[inside])))
    error = np.std(accuracies, ddof=1) / np.sqrt(len(accuracies))
    return CrossValidatedAccuracy(
        float(np.mean(accuracies)), float(error), accuracies, thresholds
    )


def _fold_ids(folds, same):
    if np.ndim(folds) == 0:
        check_count(folds, "folds", least=2)
        place = np.where(same, np.cumsum(same), np.cumsum(~same)) - 1
        folds = place % folds
    ids = np.asarray(folds)
    if ids.shape != same.shape or len(np.unique(ids)) < 2:
        raise ValueError(
            "Expected folds as a number, or an id for each pair, of two folds or more. "
            f"Received: {len(np.unique(ids))} ids of shape {ids.shape} for "
            f"{len(same)} pairs"
        )
    return ids
