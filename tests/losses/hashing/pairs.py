"""What every loss on pairs of code values is put to."""

import numpy as np
import pytest
from losses.helpers import LABELS, vectors

from tfmetric._core._pairs import Memory


def assert_takes_a_memory(function, oracle, **settings):
    """Examples of a memory are compared with, never anchors."""
    x = vectors(10, 5)
    memory = Memory(np.array(LABELS[6:]), x[6:], np.full(4, True))
    rows = function(LABELS[:6], x[:6], memory=memory, **settings)
    expected = oracle(LABELS, x, anchors=6, **settings)
    np.testing.assert_allclose(rows, expected, rtol=1e-9)


def assert_refuses(item, function, settings):
    """Class and function refuse the first of the settings by name."""
    message = f"Expected {next(iter(settings))} "
    with pytest.raises(ValueError, match=message):
        item(**settings)
    with pytest.raises(ValueError, match=message):
        function([0], [[1.0]], **settings)
