"""Triplets under distance swap: the negative's distance to the positive counts too.

In place of d(a, n) stands the lesser of d(a, n) and d(p, n), which is another number for
each positive, and whose gradient reaches distances that are not the anchor's.
"""

import tensorflow as tf

from tfmetric.losses._engine import Anchors, by_blocks, count_active, even_blocks, row_of
from tfmetric.losses._engine_rows import nearest_beyond


def swapped_sums(push, loss, anchors, others):
    """Sums over the triplets of each anchor, with their gradient in both distances.

    Args:
        push: one of the functions below, which choose negatives.
        loss: of gaps; only its values are used.
        anchors: `Anchors`.
        others: (columns, columns) distances of the examples to each other.

    Returns:
        (rows,) sums and (rows,) numbers of active triplets.

    Cost: O(columns) time for each positive, memory of the square alone: the gradient
    computes the triplets again. Can be differentiated once.
    """

    def terms(block, others):
        d = tf.minimum(block.d[:, None, :], tf.gather(others, block.positives))
        d = tf.where(block.negative[:, None, :], d, d.dtype.max)
        pull = block.pull()
        met = push(pull, d)
        mask = block.valid[:, :, None] & (met < d.dtype.max)
        values = tf.where(mask, loss(tf.where(mask, pull[:, :, None] - met, 0))[0], 0)
        return tf.reduce_sum(values, axis=[1, 2]), count_active(values)

    @tf.custom_gradient
    def sums_and_active(d, others):
        matrices = anchors._replace(d=d)
        starts = even_blocks(d, depth=4 * tf.shape(anchors.valid)[1])
        found, _ = by_blocks(
            lambda block, _: (terms(Anchors(*block), others), ()),
            matrices,
            [row_of(d), row_of(d)],
            starts,
        )

        def slopes(block, totals):
            *block, upstream = block
            # Where one block serves, both may be one tensor; their slopes are two.
            block, square = Anchors(tf.identity(block[0]), *block[1:]), tf.identity(others)
            with tf.GradientTape() as tape:
                tape.watch([block.d, square])
                sums, _ = terms(block, square)
            own, far = tape.gradient(sums, [block.d, square], upstream)
            rows = tf.reshape(far.indices, [-1, 1])
            return [own], [tf.tensor_scatter_nd_add(totals[0], rows, far.values)]

        def gradient(upstream, _):
            (own,), (far,) = by_blocks(
                slopes,
                [*matrices, upstream],
                [row_of(d, d.shape[1])],
                starts,
                [tf.zeros_like(others)],
            )
            return own, far

        return tuple(found), gradient

    return sums_and_active(anchors.d, others)


def each(pull, d):
    """All negatives."""
    del pull
    return d


def nearest(pull, d):
    """The nearest negative of each positive."""
    del pull
    return tf.reduce_min(d, axis=2, keepdims=True)


def beyond(pull, d):
    """The nearest negative beyond each positive, else the furthest."""
    negatives = tf.where(d < d.dtype.max, d, d.dtype.min)
    furthest = tf.reduce_max(negatives, axis=2)
    found = nearest_beyond(pull, d, tf.where(furthest > d.dtype.min, furthest, d.dtype.max))
    return found[:, :, None]


def with_one_positive(anchors, furthest):
    """Leaves each anchor its furthest, or else its nearest, positive; of equals, one."""
    sign = 1 if furthest else -1
    pulls = tf.where(anchors.valid, sign * anchors.pull(), anchors.d.dtype.min)
    index = tf.argmax(pulls, axis=1, output_type=tf.int32)[:, None]
    return anchors._replace(
        positives=tf.gather(anchors.positives, index, batch_dims=1),
        valid=tf.reduce_any(anchors.valid, axis=1, keepdims=True),
    )
