"""Anchors against a batch and a memory."""

import numpy as np
import pytest
import tensorflow as tf

from tfmetric import distances
from tfmetric._core._pairs import Memory, class_mates, cosine_pairs, distance_pairs
from tfmetric.losses._positives import positive_values

LABELS = np.array([5, 9, 5, 7, 9, 5], np.int64) + 2**40
X = np.random.default_rng(0).normal(size=(6, 3))
# The last example is a leftover of an empty slot.
MEMORY = Memory(
    labels=np.array([9, 5, 6, 5], np.int64) + 2**40,
    embeddings=np.random.default_rng(1).normal(size=(4, 3)).astype(np.float32),
    valid=np.array([True, True, True, False]),
)
SAME = np.equal.outer(LABELS, np.append(LABELS, MEMORY.labels))
THERE = np.append(np.ones(6, bool), MEMORY.valid)


def cosines(a, b):
    lengths = np.linalg.norm(a, axis=1)[:, None] * np.linalg.norm(b, axis=1)
    return a @ b.T / lengths


def test_a_memory_is_columns_after_those_of_the_batch():
    pairs = distance_pairs(LABELS, X, distances.get("squared_euclidean"), MEMORY)
    others = np.concatenate([X, MEMORY.embeddings])
    expected = np.square(X[:, None] - others).sum(-1)
    np.testing.assert_allclose(pairs.values, expected, atol=1e-9)
    np.testing.assert_array_equal(pairs.positive, SAME & THERE & ~np.eye(6, 10, dtype=bool))
    np.testing.assert_array_equal(pairs.negative, ~SAME & THERE)

    similar = cosine_pairs(LABELS, X, MEMORY, scale=3.0)
    np.testing.assert_allclose(similar.values, 3 * cosines(X, others), atol=1e-6)
    np.testing.assert_array_equal(similar.negative, pairs.negative)


def test_a_memory_of_multi_hot_labels():
    rows = np.array([[1, 0], [0, 1]])
    memory = Memory(np.array([[1, 1], [0, 0]]), np.ones((2, 3)), np.array([True, True]))
    pairs = cosine_pairs(rows, X[:2], memory)
    shared = [[False, False, True, False], [False, False, True, False]]
    assert pairs.positive.numpy().tolist() == shared


def test_a_pair_matrix_says_nothing_of_a_memory():
    with pytest.raises(ValueError, match="beside a memory"):
        cosine_pairs(np.eye(6, dtype=bool), X, MEMORY)


@pytest.mark.parametrize("memory", [None, MEMORY])
def test_class_mates_are_the_positives(memory):
    columns, valid = class_mates(LABELS, memory)
    same = SAME & THERE if memory else SAME[:, :6]
    assert columns.shape == (6, 3 if memory is None else 5)
    for row in range(6):
        found = columns[row].numpy()[valid[row]]
        expected = [c for c in range(same.shape[1]) if same[row, c] and c != row]
        assert sorted(found) == expected


def test_class_mates_of_nobody():
    columns, valid = class_mates(np.array([], np.int64))
    assert columns.shape == valid.shape == (0, 0)
    assert not np.any(class_mates([3])[1])


@pytest.mark.parametrize("memory", [None, MEMORY])
@pytest.mark.parametrize("jit", [False, True])
def test_positive_values_hold_every_positive_once(memory, jit):
    @tf.function(jit_compile=jit)
    def packed(x):
        pairs = distance_pairs(LABELS, x, distances.get("euclidean"), memory)
        return (*pairs, *positive_values(LABELS, pairs, memory=memory)[1:])

    values, positive, _, found, counted = (each.numpy() for each in packed(tf.constant(X)))
    for row in range(6):
        expected = np.sort(values[row][positive[row]])
        np.testing.assert_allclose(np.sort(found[row][counted[row]]), expected)
    largest_class = 3 if memory is None else 5
    assert found.shape[1] == (values.shape[1] if jit else largest_class)


def test_slopes_of_positives_are_added_to_those_of_all_pairs():
    x = tf.constant(X)
    pairs = distance_pairs(LABELS, x, distances.get("euclidean"), MEMORY)
    with tf.GradientTape() as tape:
        tape.watch(pairs.values)
        going_on, packed, valid = positive_values(LABELS, pairs, memory=MEMORY)
        weights = tf.reshape(tf.range(tf.size(going_on.values)), [6, -1])
        total = tf.reduce_sum(tf.cast(weights, x.dtype) * going_on.values)
        total += 1000 * tf.reduce_sum(tf.where(valid, packed, 0))
    expected = weights.numpy() + 1000 * (SAME & THERE & ~np.eye(6, 10, dtype=bool))
    np.testing.assert_array_equal(tape.gradient(total, pairs.values), expected)
