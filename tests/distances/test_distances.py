"""Every distance of vectors against its loop, and where it must not waver."""

import numpy as np
import pytest
import tensorflow as tf
from oracles import distances as oracles
from oracles.losses import gradient

from tfmetric import distances

NAMES = list(oracles.EVERY_DISTANCE)
ZERO_FOR_EQUALS = [name for name in NAMES if name != "dot_product"]


def of(name):
    return distances.Lp(3) if name == "lp" else distances.get(name)


def vectors(rows, dim=4, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, dim))


@pytest.mark.parametrize("name", NAMES)
def test_matrices_equal_the_oracle(name):
    a, b = vectors(7), vectors(5, seed=1)
    distance = of(name)
    np.testing.assert_allclose(distance(a, b), oracles.matrix(name, a, b), rtol=1e-9)
    within = oracles.matrix(name, a)
    np.testing.assert_allclose(distance(a), within, rtol=1e-9, atol=2e-8)
    single = distance(a.astype(np.float32), b.astype(np.float32))
    assert single.dtype == tf.float32
    np.testing.assert_allclose(single, oracles.matrix(name, a, b), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_pairs_are_cells_of_the_matrix(name):
    a, b = vectors(6), vectors(6, seed=1)
    function = oracles.EVERY_DISTANCE[name]
    expected = [function(x, y) for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(of(name).paired(a, b), expected, rtol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_those_of_the_oracle(name):
    a, b = vectors(4), vectors(3, seed=1)
    within, across = vectors(4, seed=2), vectors(4, 3, seed=3)
    sums = {
        "within": lambda x: np.sum(within * oracles.matrix(name, x)),
        "across": lambda x: np.sum(across * oracles.matrix(name, x, b)),
        "to": lambda y: np.sum(across * oracles.matrix(name, a, y)),
        "paired": lambda x: np.sum(across[0] * np.diag(oracles.matrix(name, x[:3], b))),
    }
    distance, x, y = of(name), tf.constant(a), tf.constant(b)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, y])
        values = {
            "within": tf.reduce_sum(within * distance(x)),
            "across": tf.reduce_sum(across * distance(x, y)),
            "paired": tf.reduce_sum(across[0] * distance.paired(x[:3], y)),
        }
    found = {key: tape.gradient(value, x) for key, value in values.items()}
    found["to"] = tape.gradient(values["across"], y)
    for key, function in sums.items():
        expected = gradient(function, b if key == "to" else a)
        if name == "angular" and key == "within":  # its loop has a kink at equal vectors
            continue
        np.testing.assert_allclose(found[key], expected, rtol=1e-5, atol=1e-7, err_msg=key)


@pytest.mark.parametrize("name", ZERO_FOR_EQUALS)
@pytest.mark.parametrize("dim", [3, 64, 512])
def test_equal_vectors_are_at_distance_zero(name, dim):
    # Far from the origin and in float32, where rounding is at its worst.
    once = (vectors(30, dim) + 5).astype(np.float32)
    d = of(name)(np.concatenate([once, once])).numpy()
    tolerance = 1e-6 if name in ("cosine", "pearson") else 0
    assert np.diag(d).max() <= tolerance
    assert np.diag(d[:30, 30:]).max() <= tolerance
    assert d.min() >= 0
    if name != "snr":
        assert np.abs(d - d.T).max() <= 1e-5 * d.max()


@pytest.mark.parametrize("name", NAMES)
def test_gradient_is_finite_at_equal_opposite_and_zero_vectors(name):
    x = [[0.0] * 3, [0.0] * 3, [1.0, 2.0, 4.0], [1.0, 2.0, 4.0], [-2.0, -4.0, -8.0]]
    x, distance = tf.constant([*x, [3.0] * 3]), of(name)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        values = [distance(x), distance.paired(x, tf.reverse(x, [0])), distance(x, x)]
        values.append(distance.paired(x, x))
    for value in values:
        assert np.isfinite(value).all()
        assert np.isfinite(tape.gradient(value, x)).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("half", [tf.float16, tf.bfloat16])
def test_half_precision_is_computed_in_float32(name, half):
    x = tf.cast(vectors(5) * 300, half)
    distance = of(name)
    d = distance(x)
    assert d.dtype == distance.paired(x, x).dtype == tf.float32
    np.testing.assert_array_equal(d, distance(tf.cast(x, tf.float32)))


@pytest.mark.parametrize("name", NAMES)
def test_sets_of_two_precisions_are_compared_in_the_higher(name):
    a, b = vectors(4), vectors(4, seed=1).astype(np.float32)
    expected = oracles.matrix(name, a, b)
    distance = of(name)
    for d in (distance(a, b), distance.batched(a, b, rows=3)):
        assert d.dtype == tf.float64
        np.testing.assert_allclose(d, expected, rtol=1e-9)
    np.testing.assert_allclose(distance.paired(a, b), np.diag(expected), rtol=1e-9)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scale", [1e-4, 300.0])
def test_holds_at_every_scale(name, scale):
    x = (vectors(6) * scale).astype(np.float32)
    expected = np.array(oracles.matrix(name, x))
    largest = np.abs(expected).max()
    tolerance = 1e-6 * max(1, largest) if scale > 1 else 1e-6 * largest
    np.testing.assert_allclose(of(name)(x), expected, rtol=1e-5, atol=tolerance)


@pytest.mark.parametrize("name", NAMES)
def test_nan_stays_nan(name):
    x = vectors(4)
    x[0] = 0  # a vector with a convention of its own, in some distances
    x[1, 2] = np.nan
    distance = of(name)
    for d in (distance(x).numpy(), distance(x, x[:3]).numpy()):
        assert np.isnan(d[1]).all()
        assert np.isnan(d[:, 1]).all()
    assert np.isnan(distance.paired(x, x)[1])
    assert np.isnan(distance.paired(x[:2], x[1::-1])).all()


@pytest.mark.parametrize("name", ["euclidean", "manhattan", "lp", "snr"])
def test_a_nan_in_one_set_leaves_the_other_rows_alone(name):
    a, b = vectors(4), vectors(3, seed=1)
    a[1, 2] = np.nan
    d = of(name)(a, b).numpy()
    np.testing.assert_array_equal(np.isnan(d).all(axis=1), [False, True, False, False])
    assert np.isfinite(d[[0, 2, 3]]).all()


def test_a_common_offset_does_not_cost_precision():
    x = vectors(6).astype(np.float32)
    x -= x % (1 / 64)  # so that adding the offset is exact
    d = distances.SquaredEuclidean()
    np.testing.assert_allclose(d(x + np.float32(4096)), d(x), rtol=1e-5, atol=1e-5)
    far = x + np.float32(4096)
    np.testing.assert_allclose(d.batched(far, rows=4), d(x), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("upstream", [np.inf, np.nan])
@pytest.mark.parametrize("name", ["euclidean", "squared_euclidean"])
def test_what_comes_back_to_equal_points_is_dropped(name, upstream):
    # As the square root of a distance of zero sends it.
    x = tf.constant(np.concatenate([vectors(3), vectors(1)]))
    weights = np.where(of(name)(x) == 0, upstream, 1.0)
    assert np.sum(weights != 1) == 6
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        d = of(name)(x)
        rest = tf.reduce_sum(d)
    found = tape.gradient(d, x, output_gradients=tf.constant(weights))
    np.testing.assert_allclose(found, tape.gradient(rest, x), rtol=1e-12)


@pytest.mark.parametrize("name", ["angular", "cosine", "pearson"])
def test_vectors_without_direction_are_at_a_right_angle(name):
    blank = [[0.0] * 7, [0.1] * 7, [0.7] * 7, [-3.3] * 7][: 4 if name == "pearson" else 1]
    x = np.array([*blank, [1, 2, 4, 8, 16, 32, 5]], np.float32)
    blank, expected = len(blank), np.pi / 2 if name == "angular" else 1
    d = of(name)(x).numpy()
    np.testing.assert_allclose(d[:blank], expected, atol=1e-6)
    np.testing.assert_allclose(d[:, :blank], expected, atol=1e-6)


def test_an_anchor_without_variance_is_at_snr_one():
    x = np.array([[0.1] * 7, [1, 2, 4, 8, 16, 32, 5], [-3.3] * 7], np.float32)
    d = distances.SNR()(x).numpy()
    np.testing.assert_allclose(d, [[1, 1, 1], [1, 0, 1], [1, 1, 1]], atol=1e-6)
    np.testing.assert_allclose(distances.SNR().paired(x, x[[1, 0, 2]]), 1, atol=1e-6)


def test_snr_reads_its_anchor_from_the_row():
    # Variances 1 and 4; the difference has variance 1.
    d = distances.SNR()([[1.0, 3.0], [2.0, 6.0]])
    np.testing.assert_allclose(d, [[0, 1], [0.25, 0]], atol=1e-6)


def test_hamming_has_a_gradient_of_zero():
    x = tf.constant([[0.5, -1.0], [0.0, 2.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        values = distances.Hamming()(x), distances.Hamming().paired(x, -x)
    np.testing.assert_array_equal(values[0], [[0, 2], [2, 0]])
    np.testing.assert_array_equal(values[1], [2, 1])
    for value in values:
        np.testing.assert_array_equal(tape.gradient(value, x), np.zeros((2, 2)))


@pytest.mark.parametrize("p", [1, 1.5, 2, 30])
def test_lp_agrees_with_its_special_cases(p):
    a, b = vectors(5), vectors(4, seed=1)
    d, sizes = distances.Lp(p)(a, b), np.abs(a[:, None] - b)
    expected = np.sum(sizes**p, axis=-1) ** (1 / p)
    np.testing.assert_allclose(d, expected, rtol=1e-12)
    if p == 1:
        np.testing.assert_allclose(d, distances.Manhattan()(a, b), rtol=1e-12)
    if p == 2:
        np.testing.assert_allclose(d, distances.Euclidean()(a, b), rtol=1e-12)
    if p == 30:
        np.testing.assert_allclose(d, sizes.max(axis=-1), rtol=0.05)


def test_lp_of_a_high_power_neither_overflows_nor_vanishes():
    x = np.array([[0.0, 0.0], [300.0, 100.0], [1e-4, 2e-4]], np.float32)
    d = distances.Lp(40)(x).numpy()
    np.testing.assert_allclose(d[0], [0, 300, 2e-4], rtol=1e-5)


@pytest.mark.parametrize("p", [0.5, 0, -1, np.nan, np.inf, "2", None])
def test_lp_refuses_powers_below_one(p):
    with pytest.raises(ValueError, match=r"Expected p "):
        distances.Lp(p)


@pytest.mark.parametrize("name", NAMES)
def test_refuses_what_does_not_fit(name):
    distance = of(name)
    for call in (distance, distance.paired, distance.batched):
        with pytest.raises(ValueError, match="Expected vectors of shape"):
            call(np.ones(3), np.ones((3, 3)))
        with pytest.raises(ValueError, match="Expected two sets of vectors of the same"):
            call(np.ones((3, 3)), np.ones((3, 2)))
    for rows in (1, 2):
        with pytest.raises(ValueError, match="Expected two sets of vectors of the same"):
            distance.paired(np.ones((3, 3)), np.ones((rows, 3)))


@pytest.mark.parametrize("name", NAMES)
def test_get_takes_a_name_a_config_and_an_object(name):
    distance = of(name)
    settings = "p=3.0" if name == "lp" else ""
    assert repr(distance) == f"{type(distance).__name__}({settings})"
    assert distances.get(distance) is distance
    config = {
        "class_name": type(distance).__name__,
        "config": distance.get_config(),
        "module": None,
        "registered_name": f"tfmetric>{type(distance).__name__}",
    }
    assert repr(distances.get(config)) == repr(distance)


@pytest.mark.parametrize("wrong", ["l2", None, 3, {"a": 1}, distances.Cosine])
def test_get_refuses_what_is_no_distance(wrong):
    with pytest.raises(ValueError, match="Expected distance to be"):
        distances.get(wrong)
