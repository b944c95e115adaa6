"""Distances between texts."""

import itertools

import pytest
from oracles import distances as oracles

from tfmetric.distances import edit_distance, jaccard_distance

WORDS = ["", "a", "cat", "cart", "tact", "tract"]


def test_edits_equal_the_oracle():
    for a, b in itertools.product(WORDS, WORDS):
        assert edit_distance(a, b) == oracles.edits(a, b)


def test_jaccard_equals_the_oracle():
    for a, b in itertools.product(WORDS[1:], WORDS[1:]):
        assert jaccard_distance(list(a), list(b)) == pytest.approx(oracles.jaccard(a, b))


def test_repeated_words_count_once_and_empty_texts_are_equal():
    assert jaccard_distance(["a", "a", "b"], ["a", "b", "b"]) == 0
    assert jaccard_distance([], []) == 0
    assert jaccard_distance([], ["a"]) == 1
    assert jaccard_distance(iter("ab"), iter("bc")) == pytest.approx(2 / 3)


def test_jaccard_refuses_text_that_is_not_split():
    with pytest.raises(ValueError, match=r"Expected two collections of words"):
        jaccard_distance("a red car", ["a", "red", "car"])
