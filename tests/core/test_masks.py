"""Labels as ids, and the pairs they make."""

import numpy as np
import pytest
import tensorflow as tf

from tfmetric._core._masks import (
    as_labels_in_graph,
    check_one_label_each,
    dense_ids,
    label_ids,
    pair_masks,
)

PATTERN = [0, 1, 0, 2, 1]
FORMS = {
    "near 2**31": 2**31 + np.array(PATTERN),
    "beyond 2**40": 2**40 + np.array(PATTERN),
    "list of Python ints": [2**40 + i for i in PATTERN],
    "below zero": np.array(PATTERN) - 2**62,
    "uint64": np.array(PATTERN, np.uint64) + np.uint64(2**63),
    "uint8": np.array(PATTERN, np.uint8),
    "bfloat16": tf.cast(PATTERN, tf.bfloat16),
    "strings": ["red", "blue", "red", "", "blue"],
    "bytes": np.array([b"r", b"b", b"r", b"x", b"b"]),
    "column": np.array(PATTERN)[:, None],
    "column of strings": np.array([["r"], ["b"], ["r"], ["x"], ["b"]]),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_labels_gives_the_same_ids(form):
    assert dense_ids(FORMS[form]).numpy().tolist() == PATTERN


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_labels_gives_the_same_pairs(form):
    positive, negative = pair_masks(FORMS[form], tf.zeros((5, 2)))
    same = np.equal.outer(PATTERN, PATTERN)
    np.testing.assert_array_equal(positive, same & ~np.eye(5, dtype=bool))
    np.testing.assert_array_equal(negative, ~same)


def test_booleans_are_labels():
    assert dense_ids([True, False, True]).numpy().tolist() == [0, 1, 0]


MULTI_HOT = [[1, 0, 1], [0, 1, 0], [0, 0, 1], [0, 1, 1], [0, 0, 0]]
SHARED = np.array(  # by hand: which rows have a class in common
    [
        [1, 0, 1, 1, 0],
        [0, 1, 0, 1, 0],
        [1, 0, 1, 1, 0],
        [1, 1, 1, 1, 0],
        [0, 0, 0, 0, 0],
    ],
    bool,
)


@pytest.mark.parametrize(
    "labels",
    [
        np.array(MULTI_HOT),
        np.array(MULTI_HOT, np.float64),
        np.array(MULTI_HOT, np.uint8),
        MULTI_HOT,
        SHARED,
    ],
)
def test_multi_hot_rows_and_pair_matrices_give_pairs(labels):
    positive, negative = pair_masks(labels, tf.zeros((5, 2)))
    np.testing.assert_array_equal(positive, SHARED & ~np.eye(5, dtype=bool))
    np.testing.assert_array_equal(negative, ~SHARED & ~np.eye(5, dtype=bool))
    again = pair_masks(as_labels_in_graph(labels), tf.zeros((5, 2)))
    np.testing.assert_array_equal(again[0], positive)


def test_pairs_may_be_judged_one_way_only():
    judged = np.array([[True, True], [False, True]])
    positive, negative = pair_masks(judged, tf.zeros((2, 2)))
    assert positive.numpy().tolist() == [[False, True], [False, False]]
    assert negative.numpy().tolist() == [[False, False], [True, False]]


@pytest.mark.parametrize("labels", [np.array([[["a"]]]), [["a", "b"]], np.zeros((2, 2, 2))])
def test_refuses_labels_of_no_form(labels):
    with pytest.raises(ValueError, match="Expected labels of shape"):
        as_labels_in_graph(labels)


@pytest.mark.parametrize("shape", [(2, 3), (3, 2)])
def test_refuses_a_pair_matrix_that_is_not_square(shape):
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError), match="square"):
        pair_masks(np.ones(shape, bool), tf.zeros((shape[0], 2)))


@pytest.mark.parametrize("labels", [np.eye(3), 7, np.zeros((2, 1, 1))])
def test_refuses_labels_that_are_not_one_id_each(labels):
    with pytest.raises(ValueError, match=r"Expected labels of shape \(batch,\)"):
        label_ids(labels)


@pytest.mark.parametrize("count", [1, 4])
def test_refuses_another_number_of_labels(count):
    labels, rows = tf.zeros(count, tf.int32), tf.zeros((3, 2))
    with pytest.raises(ValueError, match="Expected one label for each row"):
        check_one_label_each(labels, rows)
    # Where shapes are not known yet, the graph itself refuses.
    unknown = tf.function(
        pair_masks, input_signature=[tf.TensorSpec([None]), tf.TensorSpec([None, 2])]
    )
    with pytest.raises(tf.errors.InvalidArgumentError, match="Expected one label for"):
        unknown(tf.zeros(count), rows)


@pytest.mark.parametrize(
    "labels", [np.zeros(0, int), np.zeros((0, 3)), np.zeros((0, 0), bool)]
)
def test_nobody_makes_no_pairs(labels):
    for mask in pair_masks(labels, tf.zeros((0, 2))):
        assert mask.shape == (0, 0)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.array([0.0, np.nan]), "Expected ids as whole numbers"),
        (np.array([0.5, 1.0]), "Expected ids as whole numbers"),
        (np.array([[3, 4], [3, 5]]), r"Expected ids of shape \(batch,\), or 0s and 1s"),
        (np.array([[1.0, np.nan], [0.0, 1.0]]), "or 0s and 1s"),
        (np.array([[-1, 0], [0, 1]]), "or 0s and 1s"),
        (np.ones((3, 2), bool), "cast multi-hot rows to integers"),
    ],
)
def test_refuses_values_that_are_no_labels(labels, message):
    rows = np.zeros((len(labels), 2), np.float32)
    with pytest.raises(ValueError, match=message):
        pair_masks(labels, rows)
    signature = [tf.TensorSpec([None] * labels.ndim, labels.dtype)]
    graph = tf.function(lambda y: pair_masks(y, rows), input_signature=signature)
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        graph(labels)
