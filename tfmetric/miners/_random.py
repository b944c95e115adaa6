"""Random numbers that follow from a seed and from the distances themselves.

No state is kept: every step draws anew, for its distances are new, the same run draws
the same, and all replicas of a strategy, which see one global batch, draw alike.
"""

import tensorflow as tf


def uniform_cells(distances, seed):
    """Uniform numbers in [0, 1), one for each cell of `distances`."""
    mixed = tf.cast(tf.reduce_sum(tf.bitcast(distances, tf.int32)), tf.int64)
    seeds = tf.stack([tf.constant(seed, tf.int64), mixed])
    return tf.random.stateless_uniform(tf.shape(distances), seeds, dtype=distances.dtype)
