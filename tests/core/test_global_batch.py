"""Outside a strategy the batch is what it is; under one see the conformance tests."""

import tensorflow as tf

from tfmetric._core._global_batch import global_rows


def test_one_device_keeps_its_rows():
    rows = tf.constant([[1.0], [2.0]])
    assert global_rows(rows) is rows


def test_a_strategy_of_one_and_its_cross_replica_context_keep_the_rows():
    rows = tf.constant([[1.0], [2.0]])
    strategy = tf.distribute.OneDeviceStrategy("CPU:0")
    with strategy.scope():
        assert global_rows(rows) is rows
    assert tf.reduce_all(strategy.run(global_rows, args=(rows,)) == rows)
