import numpy as np
import pytest
from oracles import metrics as oracle
from sklearn import metrics as sklearn_metrics

from tfmetric.metrics import best_threshold, roc_curve, threshold_at_far


def pairs(count=60, seed=0, values=15):
    """Distances that tie, same pairs the nearer ones on the whole."""
    generator = np.random.default_rng(seed)
    same = generator.random(count) < 0.4
    same[:2] = [True, False]
    return generator.integers(0, values, count) / values + 0.3 * ~same, same


@pytest.mark.parametrize("seed", range(3))
def test_curve_equals_the_loops_and_scikit_learn(seed):
    distances, same = pairs(seed=seed)
    curve = roc_curve(distances, same)
    wanted = oracle.roc_points(distances, same)
    np.testing.assert_allclose(
        np.transpose([curve.threshold, curve.far, curve.tar]), wanted
    )
    far, tar, threshold = sklearn_metrics.roc_curve(
        same, -distances, drop_intermediate=False
    )
    np.testing.assert_allclose(curve.far, far)
    np.testing.assert_allclose(curve.tar, tar)
    np.testing.assert_allclose(curve.threshold, -threshold)


def merit(distances, same, threshold, by):
    tp, fp, fn, tn = oracle.decisions(distances, same, threshold)
    return {
        "accuracy": (tp + tn) / (tp + fp + fn + tn),
        "balanced_accuracy": (tp / (tp + fn) + tn / (fp + tn)) / 2,
        "f1": 2 * tp / (2 * tp + fp + fn),
    }[by]


@pytest.mark.parametrize("by", ["accuracy", "balanced_accuracy", "f1"])
@pytest.mark.parametrize("seed", range(3))
def test_best_threshold_is_the_best_that_occurs(by, seed):
    distances, same = pairs(seed=seed)
    every = [merit(distances, same, t, by) for t in [-1.0, *sorted(set(distances))]]
    found = best_threshold(distances, same, by)
    assert merit(distances, same, found, by) == pytest.approx(max(every))


def test_best_thresholds_differ_by_what_is_best():
    """One same pair among many different ones: accuracy accepts nothing."""
    distances, same = [0.3, 0.1, 0.2, 0.4, 0.5, 0.6], [1, 0, 0, 0, 0, 0]
    assert best_threshold(distances, same) == pytest.approx(0.1)
    assert best_threshold(distances, same) < 0.1
    assert best_threshold(distances, same, "f1") == pytest.approx(0.35)
    assert best_threshold(distances, same, "balanced_accuracy") == pytest.approx(0.35)


def test_least_of_several_best_thresholds():
    assert best_threshold([1, 2, 3, 4], [1, 0, 1, 0]) == 1.5


@pytest.mark.parametrize("far", [0, 0.05, 0.1, 0.3, 0.5, 1])
def test_threshold_at_far_is_the_widest_that_keeps_to_it(far):
    distances, same = pairs()
    found = threshold_at_far(distances, same, far)
    rates = dict(point[:2] for point in oracle.roc_points(distances, same))
    kept = [threshold for threshold, rate in rates.items() if rate <= far]
    wider = [threshold for threshold in rates if threshold > max(kept)]
    assert max(kept) <= found
    assert all(found < threshold for threshold in wider)


def test_pairs_at_one_distance_are_accepted_together():
    """Two of the four different pairs lie at 0.5: a quarter cannot be accepted."""
    distances, same = [0.1, 0.5, 0.5, 0.7, 0.8, 0.5], [1, 0, 0, 0, 0, 1]
    assert threshold_at_far(distances, same, 0.25) == pytest.approx(0.3)
    assert threshold_at_far(distances, same, 0.5) == pytest.approx(0.6)


def test_fewer_pairs_than_the_rate_needs_accept_no_different_pair():
    assert threshold_at_far([0.1, 0.2, 0.4], [1, 0, 1], 1e-6) == pytest.approx(0.15)
    below = threshold_at_far([0.0, 0.2], [0, 1], 1e-6)
    assert below < 0 and below == pytest.approx(0)


def test_all_pairs_may_be_accepted():
    assert threshold_at_far([0.1, 0.2], [1, 0], 1) == 0.2


def test_neighbouring_numbers_have_none_between():
    low, high = 1.0, np.nextafter(1.0, 2)
    assert best_threshold([low, high], [1, 0]) == low


@pytest.mark.parametrize(
    ("function", "settings", "match"),
    [
        (best_threshold, {"by": "recall"}, "by to be one of"),
        (threshold_at_far, {"far": 1.5}, "far in 0..1"),
        (threshold_at_far, {"far": float("nan")}, "far to be a finite"),
        (threshold_at_far, {"far": "low"}, "far to be a finite"),
    ],
)
def test_bad_settings_are_refused(function, settings, match):
    with pytest.raises(ValueError, match=match):
        function([0.1, 0.2], [1, 0], **settings)


@pytest.mark.parametrize("function", [roc_curve, best_threshold])
def test_one_kind_of_pair_is_refused(function):
    with pytest.raises(ValueError, match="both at least once"):
        function([0.1, 0.2], [1, 1])
