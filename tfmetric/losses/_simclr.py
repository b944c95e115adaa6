"""SimCLR: two views of an example find each other among all views of the batch."""

import tensorflow as tf

from tfmetric._core._checks import check_positive
from tfmetric._core._numerics import masked_logsumexp, softplus, unit_norm
from tfmetric._core._registry import registered
from tfmetric.losses._base import compiled
from tfmetric.losses._views import ViewLoss, split_views


@registered
@compiled
def simclr_loss(y_true, views, *, temperature=0.1):
    """NT-Xent of two views, on cosines.

        loss = mean over all 2N views i, with j the other view of the same example, of
               -log(exp(s[i, j] / T) / sum over k != i of exp(s[i, k] / T))

    Every other example is a negative, so it wants large batches; examples of one hidden
    class are pushed apart as well. Put a small network (two dense layers) between the
    encoder and this loss, and drop it after training.

    Args:
        y_true: not used; Keras gives one.
        views: (batch, 2, dim) float; their length plays no part.
        temperature: > 0.

    Returns:
        (batch,), the mean over the two views of each example.

    Raises:
        ValueError: `temperature` <= 0, or not two views.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: Chen, Kornblith, Norouzi, Hinton, 2020, "A Simple Framework for Contrastive
    Learning of Visual Representations", arXiv:2002.05709, algorithm 1. Its experiments on
    ImageNet take temperature 0.1, those on CIFAR-10 0.5.

    >>> pairs = [[[1.0, 0.0], [2.0, 0.0]], [[0.0, 3.0], [0.0, 1.0]]]
    >>> loss = simclr_loss(None, pairs, temperature=1.0)
    >>> round(float(loss[0]), 4)  # log(e + 1 + 1) - log(e)
    0.5514
    """
    check_positive(temperature, "temperature")
    views = tf.concat([unit_norm(view) for view in split_views(views, 2)], axis=0)
    s = tf.matmul(views / temperature, views, transpose_b=True)
    # The examples in order, twice: [i, i + batch] joins the two views of example i.
    batch = tf.shape(s)[0] // 2
    example = tf.tile(tf.range(batch), [2])
    others = masked_logsumexp(s, example[:, None] != example[None, :])
    pull = tf.linalg.diag_part(s[:batch, batch:])
    return (softplus(others[:batch] - pull) + softplus(others[batch:] - pull)) / 2


@registered
class SimCLRLoss(ViewLoss):
    """`simclr_loss` as a Keras loss: `loss(y_true, views)`."""

    def __init__(
        self, temperature=0.1, name="simclr_loss", reduction="sum_over_batch_size"
    ):
        settings = {"temperature": check_positive(temperature, "temperature")}
        super().__init__(simclr_loss, settings, name, reduction)
