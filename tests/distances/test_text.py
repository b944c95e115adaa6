"""Distances between texts."""

import itertools

import numpy as np
import pytest
from oracles import distances as oracles

from tfmetric.distances import (
    cosine_text_distance,
    edit_distance,
    jaccard_distance,
    text_distances,
)

WORDS = ["", "a", "cat", "cart", "tact", "tract"]


def test_edits_equal_the_oracle():
    for a, b in itertools.product(WORDS, WORDS):
        assert edit_distance(a, b) == oracles.edits(a, b)


def test_jaccard_equals_the_oracle():
    for a, b in itertools.product(WORDS[1:], WORDS[1:]):
        assert jaccard_distance(list(a), list(b)) == pytest.approx(oracles.jaccard(a, b))


def test_cosine_of_counts_equals_the_oracle():
    for a, b in itertools.product(WORDS[1:], WORDS[1:]):
        expected = pytest.approx(oracles.counts_cosine(a, b), abs=1e-15)
        assert cosine_text_distance(list(a), iter(b)) == expected


def test_repeated_words_count_once_and_empty_texts_are_equal():
    assert jaccard_distance(["a", "a", "b"], ["a", "b", "b"]) == 0
    assert jaccard_distance([], []) == 0
    assert jaccard_distance([], ["a"]) == 1
    assert jaccard_distance(iter("ab"), iter("bc")) == pytest.approx(2 / 3)


def test_cosine_counts_repeated_words_but_not_length():
    assert cosine_text_distance(["a", "a", "b"], ["a", "b", "b"]) == pytest.approx(1 / 5)
    assert cosine_text_distance(["a", "b"], ["a", "b"] * 3) == pytest.approx(0, abs=1e-15)
    assert cosine_text_distance(["a", "b"], ["a", "b"] * 3) >= 0
    assert cosine_text_distance([], []) == 0
    assert cosine_text_distance([], ["a"]) == cosine_text_distance(["a"], []) == 1


@pytest.mark.parametrize("distance", [jaccard_distance, cosine_text_distance])
def test_sets_of_words_refuse_text_that_is_not_split(distance):
    for pair in (("a red car", ["a", "red", "car"]), (["a"], "a")):
        with pytest.raises(ValueError, match=r"Expected two collections of words"):
            distance(*pair)


@pytest.mark.parametrize(
    ("distance", "oracle"),
    [
        (edit_distance, oracles.edits),
        (jaccard_distance, oracles.jaccard),
        (cosine_text_distance, oracles.counts_cosine),
    ],
)
def test_matrices_of_texts_equal_the_oracle(distance, oracle):
    a, b = WORDS[1:4], WORDS[2:]
    if distance is not edit_distance:
        a, b = [list(text) for text in a], [list(text) for text in b]
    for second in (b, a):
        found = text_distances(a, None if second is a else second, distance)
        assert found.dtype == np.float32
        expected = [[oracle(x, y) for y in second] for x in a]
        np.testing.assert_allclose(found, expected, atol=1e-7)


@pytest.mark.parametrize("distance", [edit_distance, jaccard_distance])
def test_lists_without_texts_give_matrices_without_cells(distance):
    assert text_distances([], distance=distance).shape == (0, 0)
    assert text_distances([], ["cat"], distance=distance).shape == (0, 1)
    assert text_distances(["cat"], [], distance=distance).shape == (1, 0)
