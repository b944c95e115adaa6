"""Distances of large sets, a block of rows at a time."""

import numpy as np
import pytest
import tensorflow as tf
from oracles import distances as oracles

from tfmetric import distances
from tfmetric.distances import _lp


def vectors(rows, dim=4, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, dim))


def of(name):
    return distances.Lp(3) if name == "lp" else distances.get(name)


@pytest.mark.parametrize("name", ["angular", "euclidean", "lp", "snr"])
def test_blocks_join_to_the_matrix(name):
    a, b = vectors(7), vectors(5, seed=1)
    found = of(name).batched(a, b, rows=3)
    np.testing.assert_allclose(found, oracles.matrix(name, a, b), rtol=1e-9)
    within = of(name).batched(a, rows=3)
    np.testing.assert_allclose(within, oracles.matrix(name, a), rtol=1e-9, atol=2e-8)


@pytest.mark.parametrize("rows", [1, 6, 7, 8])
def test_any_number_of_rows_in_a_block(rows):
    a, b = vectors(7), vectors(5, seed=1)
    found = distances.Manhattan().batched(a, b, rows=rows)
    np.testing.assert_allclose(found, oracles.matrix("manhattan", a, b), rtol=1e-9)


def test_reduced_rows_of_every_type_are_joined():
    a, b = vectors(7), vectors(5, seed=1)
    expected = np.array(oracles.matrix("euclidean", a, b))

    def nearest_two(d):
        found = tf.math.top_k(-d, 2)
        return found.indices, -found.values, tf.reduce_any(d < 1, axis=1)

    columns, values, near = distances.Euclidean().batched(a, b, 3, nearest_two)
    np.testing.assert_array_equal(columns, np.argsort(expected, axis=1)[:, :2])
    np.testing.assert_allclose(values, np.sort(expected, axis=1)[:, :2])
    np.testing.assert_array_equal(near, (expected < 1).any(axis=1))
    assert columns.dtype == tf.int32
    assert near.dtype == tf.bool


def test_a_graph_takes_any_number_of_rows():
    b = vectors(5, seed=1)

    @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float64)])
    def nearest(a):
        smallest = lambda d: tf.argmin(d, axis=1)  # noqa: E731
        return distances.Euclidean().batched(a, b, rows=4, reduce=smallest)

    for rows in (0, 1, 4, 9):
        a = vectors(rows)
        expected = [int(np.argmin(row)) for row in oracles.matrix("euclidean", a, b)]
        assert nearest(a).numpy().tolist() == expected


def test_no_block_is_larger_than_asked():
    seen = []

    def largest(d):
        seen.append(d.shape)
        return tf.reduce_max(d, axis=1)

    distances.Cosine().batched(vectors(90), vectors(50), rows=8, reduce=largest)
    assert {tuple(shape) for shape in seen} == {(8, 50)}


@pytest.mark.parametrize("rows", [0, -1, 1.5, None])
def test_refuses_blocks_without_rows(rows):
    with pytest.raises(ValueError, match="Expected rows to be a whole number"):
        distances.Cosine().batched(vectors(3), rows=rows)


@pytest.mark.parametrize("static", [True, False])
@pytest.mark.parametrize("name", ["manhattan", "lp"])
def test_differences_are_held_some_at_a_time(name, static, monkeypatch):
    cells, sizes = 2**7, []
    length, slope = _lp._length, _lp._slope

    def spied(function):
        def call(differences, *args):
            tf.py_function(lambda each: sizes.append(tf.size(each)), [differences], [])
            return function(differences, *args)

        return call

    monkeypatch.setattr(_lp, "_CELLS", cells)
    monkeypatch.setattr(_lp, "_length", spied(length))
    monkeypatch.setattr(_lp, "_slope", spied(slope))
    a, b, weights = vectors(20), vectors(10, seed=1), vectors(20, 10, seed=2)
    shape = lambda x: x.shape if static else [None, None]  # noqa: E731

    @tf.function(input_signature=[tf.TensorSpec(shape(x), tf.float64) for x in (a, b)])
    def run(a, b):
        with tf.GradientTape() as tape:
            tape.watch([a, b])
            d = of(name)(a, b)
        return d, tape.gradient(d, [a, b], output_gradients=tf.constant(weights))

    d, gradients = run(tf.constant(a), tf.constant(b))
    assert len(sizes) >= 3 * a.size * len(b) / cells
    assert max(sizes) <= cells
    np.testing.assert_allclose(d, oracles.matrix(name, a, b), rtol=1e-9)

    monkeypatch.undo()
    x, y = tf.constant(a), tf.constant(b)
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        d = of(name)(x, y)
    whole = tape.gradient(d, [x, y], output_gradients=tf.constant(weights))
    for found, expected in zip(gradients, whole, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9)
