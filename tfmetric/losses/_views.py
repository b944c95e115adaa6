"""What losses on views share: no labels, and the views of a batch one by one."""

import tensorflow as tf

from tfmetric._core._numerics import at_least_float32
from tfmetric.losses._base import BatchLoss


class UnlabelledLoss(BatchLoss):
    """A loss on a batch that needs no labels: targets that are given play no part."""

    def __call__(self, y_true, y_pred, sample_weight=None):
        del y_true
        y_pred = tf.convert_to_tensor(y_pred)
        return super().__call__(tf.range(tf.shape(y_pred)[0]), y_pred, sample_weight)


class ViewLoss(UnlabelledLoss):
    """A loss that compares views of the examples of a batch, and needs no labels.

    Views are outputs of one network for the same examples, seen twice or more: augmented
    images, or the two sides of a pair. A stock functional model stacks them,

        views = keras.ops.stack([encoder(first), encoder(second)], axis=1)
        model = keras.Model([first, second], views)

    and trains without targets, `model.fit([first_images, second_images])`, or on a
    dataset, such as two pipelines of `tfmetric.augmentation` give:

        pairs = tf.data.Dataset.zip(one.dataset(images), other.dataset(images))
        model.fit(pairs.map(lambda first, second: ((first, second),)).batch(256))

    Targets that are given play no part. Under a strategy the batch is the global one, as
    it is for every `BatchLoss`.
    """


def stacked_views(views):
    """Views of shape (batch, views, dim), in float32 at least.

    Raises:
        ValueError: not of rank three.
    """
    views = at_least_float32(views)
    if views.shape.rank not in (3, None):
        raise ValueError(
            "Expected the views of each example, shape (batch, views, dim); "
            "keras.ops.stack([first, second], axis=1) makes it of two outputs. "
            f"Received: shape={views.shape}"
        )
    return views


def split_views(views, count):
    """The `count` views of a batch: tensors of shape (batch, dim), in float32 at least.

    Raises:
        ValueError: not `count` views.
    """
    views = stacked_views(views)
    if views.shape[1] not in (count, None):
        raise ValueError(
            f"Expected {count} views of each example, shape (batch, {count}, dim). "
            f"Received: shape={views.shape}"
        )
    return tf.unstack(views, num=count, axis=1)


def centered(view):
    """One view less its mean over the batch."""
    batch = tf.cast(tf.maximum(tf.shape(view)[0], 1), view.dtype)
    return view - tf.reduce_sum(view, axis=0) / batch
