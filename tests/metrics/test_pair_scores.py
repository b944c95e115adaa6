import numpy as np
import pytest
from oracles import metrics as oracle
from sklearn import metrics as sklearn_metrics

from tfmetric.metrics import (
    best_threshold,
    cross_validated_accuracy,
    pair_distances,
    threshold_scores,
    verification_scores,
)


def pairs(count=80, seed=0, values=25):
    """Distances that tie, same pairs the nearer ones on the whole."""
    generator = np.random.default_rng(seed)
    same = generator.random(count) < 0.4
    same[:2] = [True, False]
    return generator.integers(0, values, count) / values + 0.3 * ~same, same


@pytest.mark.parametrize("threshold", [-1, 0.2, 0.48, 0.5, 2])
def test_scores_at_a_threshold(threshold):
    distances, same = pairs()
    scores = threshold_scores(distances, same, threshold)
    tp, fp, fn, tn = oracle.decisions(distances, same, threshold)
    assert scores.accuracy == pytest.approx((tp + tn) / 80)
    assert scores.far == pytest.approx(fp / (fp + tn))
    assert scores.frr == pytest.approx(fn / (tp + fn))
    accepted = np.asarray(distances) <= threshold
    for name in ("precision", "recall", "f1"):
        wanted = getattr(sklearn_metrics, f"{name}_score")(same, accepted, zero_division=0)
        assert getattr(scores, name) == pytest.approx(wanted)


@pytest.mark.parametrize("seed", range(4))
def test_scores_over_all_thresholds(seed):
    distances, same = pairs(seed=seed)
    scores = verification_scores(distances, same, far=(0.5, 0.1, 0.01, 0))
    assert scores.auc == pytest.approx(oracle.pair_roc_auc(distances, same))
    wanted = sklearn_metrics.average_precision_score(same, -distances)
    assert scores.average_precision == pytest.approx(wanted)
    assert scores.eer == pytest.approx(oracle.equal_error_rate(distances, same))
    points = oracle.roc_points(distances, same)
    for far in (0.5, 0.1, 0.01, 0):
        tar = max(tar for _, rate, tar in points if rate <= far)
        assert scores.tar_at_far[far] == pytest.approx(tar)
        assert scores.fnmr_at_fmr[far] == pytest.approx(1 - tar)
    best = best_threshold(distances, same)
    assert scores.best == threshold_scores(distances, same, best)
    assert (scores.same_pairs, scores.different_pairs) == (same.sum(), 80 - same.sum())


@pytest.mark.parametrize(
    ("distances", "same", "eer"),
    [
        ([0.1, 0.2, 0.8, 0.9], [1, 1, 0, 0], 0.0),
        ([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1], 1.0),
        ([0.5, 0.5, 0.5], [1, 0, 0], 0.5),  # on the line from (0, 0) to (1, 1)
        # Points (0, 1/3), (1/2, 1/3), (1/2, 1): far = 1 - tar on the upright line.
        ([1, 2, 3, 4, 5], [1, 0, 1, 1, 0], 1 / 2),
        # Points (0, 1/2), (1/3, 1): from far + tar = 1/2 to 4/3, 3/5 of the way to 1.
        ([1, 2, 2, 3, 4], [1, 1, 0, 0, 0], 0.2),
    ],
)
def test_equal_error_rate_by_hand(distances, same, eer):
    assert verification_scores(distances, same).eer == pytest.approx(eer)


def test_one_false_accept_rate_is_enough():
    scores = verification_scores(*pairs(), far=0.25)
    assert list(scores.tar_at_far) == [0.25]


def folded(distances, same, ids):
    """The protocol by loops over the thresholds that occur."""
    accuracies = []
    for fold in sorted(set(ids)):
        rest = [i for i in range(len(ids)) if ids[i] != fold]
        threshold = best_threshold(distances[rest], same[rest])
        inside = [i for i in range(len(ids)) if ids[i] == fold]
        right = [(distances[i] <= threshold) == same[i] for i in inside]
        accuracies.append(sum(right) / len(right))
    return accuracies


def test_given_folds_choose_the_threshold_on_the_others():
    distances, same = pairs()
    ids = np.arange(80) // 20
    scores = cross_validated_accuracy(distances, same, ids)
    wanted = folded(distances, same, ids)
    assert scores.accuracies == pytest.approx(wanted)
    assert scores.mean == pytest.approx(np.mean(wanted))
    deviation = np.sqrt(sum((x - np.mean(wanted)) ** 2 for x in wanted) / 3)
    assert scores.standard_error == pytest.approx(deviation / 2)
    assert len(scores.thresholds) == 4


def test_a_number_of_folds_deals_out_each_kind():
    same = np.array([1, 1, 0, 1, 0, 0, 1, 0, 0, 0])
    dealt = np.array([0, 1, 0, 2, 1, 2, 0, 0, 1, 2])
    distances = np.array([1, 2, 3, 6, 5, 4, 7, 9, 8, 0])
    assert cross_validated_accuracy(distances, same, 3) == cross_validated_accuracy(
        distances, same, dealt
    )


def test_a_threshold_chosen_elsewhere_is_worse_on_average():
    noise = np.random.default_rng(0)
    gaps = []
    for _ in range(20):
        distances, same = noise.normal(size=100), np.arange(100) % 2
        chosen_here = verification_scores(distances, same).best.accuracy
        gaps.append(chosen_here - cross_validated_accuracy(distances, same).mean)
    assert np.mean(gaps) > 0.02


@pytest.mark.parametrize(
    ("folds", "match"),
    [
        (1, "folds to be a whole number of at least 2"),
        ([0, 0, 0, 0], "two folds or more"),
        ([0, 1], "an id for each pair"),
        ([0, 0, 1, 1], "both at least once"),
    ],
)
def test_bad_folds_are_refused(folds, match):
    with pytest.raises(ValueError, match=match):
        cross_validated_accuracy([0.1, 0.2, 0.3, 0.4], [1, 1, 0, 0], folds)


def test_cosine_distances_of_pairs_are_one_minus_the_cosine():
    points = np.random.default_rng(1).normal(size=(6, 4))
    distances, same = pair_distances(points, list("aabbcc"), distance="cosine")
    left, right = np.triu_indices(6, 1)
    lengths = np.linalg.norm(points, axis=1)
    cosines = np.sum(points[left] * points[right], axis=1) / lengths[left] / lengths[right]
    np.testing.assert_allclose(distances, 1 - cosines, atol=1e-6)
    assert same.tolist() == [i // 2 == j // 2 for i, j in zip(left, right, strict=True)]
