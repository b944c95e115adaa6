"""Knowing whether XLA compiles."""

import tensorflow as tf

from tfmetric._core._xla import in_xla
from tfmetric.losses._base import compiled


def test_xla_is_seen_from_inside_nested_functions():
    seen = []

    @compiled
    def inner(x):
        seen.append(in_xla())
        return x + 1

    @tf.function(jit_compile=True)
    def with_xla(x):
        return inner(x) + tf.function(inner)(x)

    @tf.function
    def without(x):
        return inner(x) * 2

    for run, expected in ((inner, [False]), (with_xla, [True, True]), (without, [])):
        seen.clear()
        run(tf.constant(1.0))
        assert seen == expected  # nothing: the trace of the first call serves again
    assert not in_xla()
