"""Labels of one class and of several, and losses on targets beside their oracles."""

import numpy as np
from losses.helpers import LABELS, assert_agrees, vectors

from tfmetric.losses import hashing
from tfmetric.losses.hashing._targets import tie_breaker

TARGETS = hashing.binary_targets(4, 6, "bernoulli", seed=1)
TIES = tie_breaker(6)
# The classes of ten examples.
ONE_EACH = [[label] for label in LABELS]
SEVERAL = [[3], [0, 1], [1], [0, 2, 3], [2], [1], [0], [2, 1], [1], [0, 1, 2, 3]]


def assert_equals_the_oracle(function, oracle, sets, **settings):
    """Of class indices where every example has one class, else of multi-hot rows."""
    labels = LABELS
    if sets is SEVERAL:
        labels = np.array([[j in own for j in range(4)] for own in sets], np.float32)
    assert_agrees(
        lambda _, x, **kw: function(labels, x, TARGETS, **kw),
        lambda _, x, **kw: oracle(sets, x, TARGETS, **kw),
        None,
        vectors(10, 6),
        **settings,
    )
