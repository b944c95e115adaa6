"""Losses on classes, for several views of each example: one view is one more example."""

import tensorflow as tf

from tfmetric import losses
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss
from tfmetric.losses._views import ViewLoss, stacked_views


@registered
class SelfSupervisedLoss(ViewLoss):
    """Any loss on a labelled batch, without labels: the views of an example are a class.

        loss = mean over examples of the mean over its views of loss(example, view)

    Choose it where no labels are known and one of the losses on labels suits, such as one
    with a miner. What differs between the views is what embeddings learn to ignore.

    Args:
        loss: a `BatchLoss` on pairs or tuples of embeddings, or its name. Its own
            reduction plays no part.
        name: name of the loss.
        reduction: Keras' reduction.

    Shapes: `y_pred` is (batch, views, dim), any number of views; see `ViewLoss` on how a
    model gives it. `y_true` plays no part.

    Raises:
        ValueError: another kind of loss, or outputs that are no views.

    Cost: that of the loss on a batch of batch · views.

    Reference: with `NTXentLoss` it is SimCLR, for any number of views; Chen, Kornblith,
    Norouzi, Hinton, 2020, arXiv:2002.05709.

    >>> views = [[[0.0], [3.0]], [[9.0], [9.0]]]
    >>> float(SelfSupervisedLoss(losses.ContrastiveLoss())(None, views))  # 3² / 2
    4.5
    """

    def __init__(self, loss, name="self_supervised_loss", reduction="sum_over_batch_size"):
        super().__init__(None, {"loss": _batch_loss(loss)}, name, reduction)

    def call(self, y_true, y_pred):
        """Scores one batch of views: shape (batch,)."""
        return _score_views(self._settings["loss"], tf.range(tf.shape(y_true)[0]), y_pred)


@registered
class MultiViewLoss(BatchLoss):
    """Any loss on a labelled batch, with several views of each labelled example.

        loss = mean over examples of the mean over its views of loss(label, view)

    The views of all examples of a class are that class, as in supervised contrastive
    learning on augmented images: `MultiViewLoss(SupConLoss())`.

    Args:
        loss: a `BatchLoss` on pairs or tuples of embeddings, or its name. Its own
            reduction plays no part.
        name: name of the loss.
        reduction: Keras' reduction.

    Shapes: `y_pred` is (batch, views, dim), any number of views; see `ViewLoss` on how a
    model gives it. `y_true` are ids (batch,) or multi-hot labels (batch, classes).

    Raises:
        ValueError: another kind of loss, outputs that are no views, or a pair matrix.

    Cost: that of the loss on a batch of batch · views.

    Reference: Khosla et al., 2020, "Supervised Contrastive Learning", arXiv:2004.11362.

    >>> views = [[[0.0], [3.0]], [[9.0], [9.0]]]
    >>> loss = MultiViewLoss(losses.ContrastiveLoss())
    >>> float(loss(["one class", "one class"], views))  # (3² + 2 · 6² + 2 · 9²) / 6
    40.5
    """

    def __init__(self, loss, name="multi_view_loss", reduction="sum_over_batch_size"):
        super().__init__(None, {"loss": _batch_loss(loss)}, name, reduction)

    def call(self, y_true, y_pred):
        """Scores one batch of views: shape (batch,)."""
        if y_true.shape.rank == 3:
            raise ValueError(
                "Expected ids or multi-hot labels. Received: a pair matrix, which says "
                "nothing of the views of one example"
            )
        return _score_views(self._settings["loss"], y_true, y_pred)


def _score_views(loss, labels, views):
    views = stacked_views(views)
    batch, count, dim = tf.unstack(tf.shape(views))
    rows = loss.call(tf.repeat(labels, count, axis=0), tf.reshape(views, [-1, dim]))
    return tf.reduce_mean(tf.reshape(rows, [batch, count]), axis=1)


def _batch_loss(loss):
    found = losses.get(loss)
    if not isinstance(found, BatchLoss) or isinstance(found, ViewLoss | MultiViewLoss):
        raise ValueError(
            "Expected loss to be a BatchLoss on labels and embeddings, such as "
            f"NTXentLoss. Received: {loss!r}"
        )
    return found
