"""From a plan of every epoch to a dataset of its batches."""

import itertools

import numpy as np
import tensorflow as tf

from tfmetric._core._checks import check_count
from tfmetric.data._loader import Loader


def stream(images, table, deal, size, *, batches, augment, seed, start, shard):
    """Dataset of the batches that `deal` lays out for one epoch after another.

    Args:
        images: what `as_images` gives.
        table: `Table` of examples.
        deal: callable `deal(batches, generator)` that returns (batches, size) places
            in the table.
        size: examples in a batch.
        batches, augment, seed, start, shard: as `balanced_batches` takes them.
    """
    batches = -(-len(table.items) // size) if batches is None else batches
    check_count(batches, "batches")
    check_count(seed, "seed", least=0)
    check_count(start, "start", least=0)
    own = _own(shard, size)
    load, labels = Loader(images, table, augment), _as_tensor(table.labels)
    iterations = itertools.count()

    def plan():
        epoch, first = divmod(start + next(iterations) * batches, batches)
        yield from laid_out(epoch, first, batches)
        if first:
            yield from laid_out(epoch + 1, 0, first)

    def laid_out(epoch, begin, end):
        rows = deal(batches, np.random.default_rng([seed, epoch]))
        for number in range(begin, end):
            yield epoch, number * size + own.start, rows[number]

    def batch(epoch, first, row):
        def gather(row, epoch, first):
            return load(row, own, epoch, first)

        result = tf.numpy_function(gather, [row, epoch, first], load.sample.dtype)
        result.set_shape((own.stop - own.start, *load.sample.shape))
        return result, tf.gather(labels, row[own])

    number = tf.TensorSpec((), tf.int64)
    signature = (number, number, tf.TensorSpec((size,), tf.int64))
    return (
        tf.data.Dataset.from_generator(plan, output_signature=signature)
        .map(batch, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        .apply(tf.data.experimental.assert_cardinality(batches))
        .prefetch(tf.data.AUTOTUNE)
    )


def _as_tensor(labels):
    """Labels as a tensor can hold them, out of the objects of a pandas column, too."""
    labels = np.asarray(labels.tolist()) if labels.dtype.kind == "O" else labels
    if labels.dtype.kind not in "iufbcSU" or labels.ndim != 1:
        raise ValueError(
            "Expected labels as numbers or text; numpy.unique with return_inverse makes "
            f"numbers of others. Received: dtype={labels.dtype}"
        )
    return labels


def _own(shard, size):
    """Which part of a batch of `size` is that of one of several workers."""
    if np.shape(shard) != (2,):
        raise ValueError(
            f"Expected shard as (number, how many there are). Received: {shard!r}"
        )
    number, count = shard
    check_count(count, "the count of shards")
    if check_count(number, "the number of a shard", least=0) >= count:
        raise ValueError(
            f"Expected the number of a shard to be 0 to {count - 1}. Received: {number}"
        )
    if size % count:
        raise ValueError(
            f"Expected a batch that {count} shards divide. Received: {size} examples"
        )
    part = size // count
    return slice(number * part, (number + 1) * part)
