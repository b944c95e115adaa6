"""Every distance of vectors against its loop, and where it must not waver."""

import numpy as np
import pytest
import tensorflow as tf
from oracles import distances as oracles
from oracles.losses import gradient

from tfmetric import distances

NAMES = list(oracles.DISTANCES)


def vectors(rows, dim=4, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, dim))


@pytest.mark.parametrize("name", NAMES)
def test_matrices_equal_the_oracle(name):
    a, b = vectors(7), vectors(5, seed=1)
    distance = distances.get(name)
    np.testing.assert_allclose(distance(a, b), oracles.matrix(name, a, b), rtol=1e-9)
    np.testing.assert_allclose(distance(a), oracles.matrix(name, a), rtol=1e-9, atol=1e-14)
    single = distance(a.astype(np.float32), b.astype(np.float32))
    assert single.dtype == tf.float32
    np.testing.assert_allclose(single, oracles.matrix(name, a, b), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_pairs_are_cells_of_the_matrix(name):
    a, b = vectors(6), vectors(6, seed=1)
    expected = [oracles.DISTANCES[name](x, y) for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(distances.get(name).paired(a, b), expected, rtol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_those_of_the_oracle(name):
    a, b, weights = vectors(4), vectors(4, seed=1), vectors(4, seed=2)

    def within(x):
        return np.sum(weights * oracles.matrix(name, x))

    def pairwise(x):
        return sum(
            w * oracles.DISTANCES[name](u, v)
            for w, u, v in zip(weights[0], x, b, strict=True)
        )

    distance = distances.get(name)
    x = tf.constant(a)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        matrix = tf.reduce_sum(weights * distance(x))
        pairs = tf.reduce_sum(weights[0] * distance.paired(x, b))
    for value, function in ((matrix, within), (pairs, pairwise)):
        np.testing.assert_allclose(
            tape.gradient(value, x), gradient(function, a), rtol=1e-5, atol=1e-7
        )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dim", [3, 64, 512])
def test_equal_vectors_are_at_distance_zero(name, dim):
    # Far from the origin and in float32, where rounding is at its worst.
    once = (vectors(30, dim) + 5).astype(np.float32)
    d = distances.get(name)(np.concatenate([once, once])).numpy()
    tolerance = 1e-6 if name in ("cosine", "pearson") else 0
    assert np.diag(d).max() <= tolerance
    assert np.diag(d[:30, 30:]).max() <= tolerance
    assert d.min() >= 0
    assert np.abs(d - d.T).max() <= 1e-5 * d.max()


@pytest.mark.parametrize("name", NAMES)
def test_gradient_is_finite_at_equal_and_zero_vectors(name):
    x = tf.constant([[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [1.0, 2.0, 4.0], [1.0, 2.0, 4.0]])
    distance = distances.get(name)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        values = [distance(x), distance.paired(x, tf.reverse(x, [0])), distance(x, x)]
    for value in values:
        assert np.isfinite(value).all()
        assert np.isfinite(tape.gradient(value, x)).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("half", [tf.float16, tf.bfloat16])
def test_half_precision_is_computed_in_float32(name, half):
    x = tf.cast(vectors(5) * 300, half)
    distance = distances.get(name)
    d = distance(x)
    assert d.dtype == distance.paired(x, x).dtype == tf.float32
    np.testing.assert_array_equal(d, distance(tf.cast(x, tf.float32)))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scale", [1e-4, 300.0])
def test_holds_at_every_scale(name, scale):
    x = (vectors(6) * scale).astype(np.float32)
    expected = np.array(oracles.matrix(name, x))
    tolerance = 1e-6 * max(1, expected.max()) if scale > 1 else 1e-6 * expected.max()
    np.testing.assert_allclose(distances.get(name)(x), expected, rtol=1e-5, atol=tolerance)


@pytest.mark.parametrize("name", NAMES)
def test_nan_stays_nan(name):
    x = vectors(4)
    x[1, 2] = np.nan
    d = distances.get(name)(x).numpy()
    assert np.isnan(d[1]).all()
    assert np.isnan(d[:, 1]).all()


def test_a_common_offset_does_not_cost_precision():
    x = vectors(6).astype(np.float32)
    x -= x % (1 / 64)  # so that adding the offset is exact
    d = distances.SquaredEuclidean()
    np.testing.assert_allclose(d(x + np.float32(4096)), d(x), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["cosine", "pearson"])
def test_vectors_without_direction_are_at_distance_one(name):
    blank = [[0.0] * 7, [0.1] * 7, [0.7] * 7, [-3.3] * 7][: 1 if name == "cosine" else 4]
    x = np.array([*blank, [1, 2, 4, 8, 16, 32, 5]], np.float32)
    blank = len(blank)
    d = distances.get(name)(x).numpy()
    np.testing.assert_allclose(d[:blank], 1, atol=1e-6)
    np.testing.assert_allclose(d[:, :blank], 1, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_refuses_what_does_not_fit(name):
    distance = distances.get(name)
    for call in (distance, distance.paired):
        with pytest.raises(ValueError, match="Expected vectors of shape"):
            call(np.ones(3), np.ones((3, 3)))
        with pytest.raises(ValueError, match="Expected two sets of vectors of the same"):
            call(np.ones((3, 3)), np.ones((3, 2)))
    for rows in (1, 2):
        with pytest.raises(ValueError, match="Expected two sets of vectors of the same"):
            distance.paired(np.ones((3, 3)), np.ones((rows, 3)))


@pytest.mark.parametrize("name", NAMES)
def test_get_takes_a_name_a_config_and_an_object(name):
    distance = distances.get(name)
    assert repr(distance) == f"{type(distance).__name__}()"
    assert distances.get(distance) is distance
    config = {
        "class_name": type(distance).__name__,
        "config": distance.get_config(),
        "module": None,
        "registered_name": f"tfmetric>{type(distance).__name__}",
    }
    assert type(distances.get(config)) is type(distance)


@pytest.mark.parametrize("wrong", ["l2", None, 3, {"a": 1}, distances.Cosine])
def test_get_refuses_what_is_no_distance(wrong):
    with pytest.raises(ValueError, match="Expected distance to be"):
        distances.get(wrong)
