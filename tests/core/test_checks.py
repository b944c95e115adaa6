"""Argument checks: what passes, and the error of what does not."""

import numpy as np
import pytest

from tfmetric._core import _checks as checks

NO_NUMBER = ["1", None, [1.0], float("nan"), float("inf")]


def test_choice():
    assert checks.check_choice("b", ("b", "a"), "letter") == "b"
    assert checks.check_choice("b", {"b": 1}, "letter") == "b"
    for wrong in ("c", None, ["a"], {}):
        with pytest.raises(ValueError, match=r"Expected letter to be one of 'a', 'b'\. Re"):
            checks.check_choice(wrong, {"b": 1, "a": 2}, "letter")


@pytest.mark.parametrize("value", [1, 0.5, np.float32(0.5), np.int64(3), 1e-300])
def test_numbers_become_plain_floats(value):
    for check in (checks.check_positive, checks.check_not_negative):
        assert check(value, "margin") == value
        assert type(check(value, "margin")) is float
    assert checks.check_not_negative(0, "weight") == 0


@pytest.mark.parametrize("value", [*NO_NUMBER, 0, -0.0, -1])
def test_positive_refuses(value):
    with pytest.raises(ValueError, match=r"Expected margin > 0\. Received: "):
        checks.check_positive(value, "margin")


@pytest.mark.parametrize("value", [*NO_NUMBER, -1e-9])
def test_not_negative_refuses(value):
    with pytest.raises(ValueError, match=r"Expected weight >= 0\. Received: "):
        checks.check_not_negative(value, "weight")


def test_count():
    assert checks.check_count(np.int32(3), "k") == 3
    assert type(checks.check_count(np.int32(3), "k")) is int
    assert checks.check_count(0, "k", least=0) == 0
    for wrong in (0, -1, 2.0, "2", True, None, np.float32(2)):
        with pytest.raises(ValueError, match="Expected k to be a whole number of at least"):
            checks.check_count(wrong, "k")


def test_vectors():
    array = checks.as_vectors([[1, 2], [3, 4]], "queries")
    assert array.dtype == np.float32
    assert array.flags.c_contiguous
    assert checks.as_vectors(np.ones((2, 3)).T, "queries").flags.c_contiguous
    for wrong in ([1, 2], [[["a"]]], [["a", "b"]], 3.0, [[1j]]):
        with pytest.raises(ValueError, match="Expected queries to be numbers of shape"):
            checks.as_vectors(wrong, "queries")
    for hole in (np.nan, np.inf):
        with pytest.raises(ValueError, match="queries to be finite.*in row 1"):
            checks.as_vectors([[1, 2], [3, hole], [hole, 1]], "queries")


def test_labels():
    for labels in ([5, 6, 5], [[5], [6], [5]]):
        assert checks.as_labels(labels, 3, "labels").tolist() == [5, 6, 5]
    assert checks.as_labels(["a", "b"], 2, "labels").tolist() == ["a", "b"]
    for wrong in ([5, 6], [[5, 6, 5]], np.ones((3, 2)), 5):
        with pytest.raises(ValueError, match="Expected labels to hold one label for each"):
            checks.as_labels(wrong, 3, "labels")
    assert checks.as_labels([[5], [6]], None, "labels").tolist() == [5, 6]
    with pytest.raises(ValueError, match="one label for each item.*shape=\\(2, 3\\)"):
        checks.as_labels(np.ones((2, 3)), None, "labels")


@pytest.mark.parametrize(
    "labels", [[1, "1"], ["a", True], ["a", b"a"], [2**63, 2**63 + 1, -1], ["a\0", "a"]]
)
def test_labels_that_numpy_would_merge(labels):
    with pytest.raises(ValueError, match="Expected labels of one type"):
        checks.as_labels(labels, None, "labels")


def test_labels_that_numpy_changes_but_keeps_apart():
    for labels in ([1, 2.5], [True, 2], [2**63, 2**63 + 1], [[0.5], [1.5]]):
        assert len(set(checks.as_labels(labels, None, "labels").tolist())) == 2
    assert np.isnan(checks.as_labels([1, np.nan], None, "labels")[1])
