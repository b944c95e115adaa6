"""Contrastive loss on signal-to-noise ratios."""

import tensorflow as tf

from tfmetric._core._checks import check_choice, check_not_negative, check_positive
from tfmetric._core._numerics import AVERAGES, as_vectors_in_graph
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._contrastive import contrastive_loss
from tfmetric.losses._mining import pair_miner


@registered
@compiled
def snr_contrastive_loss(
    labels,
    embeddings,
    *,
    margin=1.0,
    positive_margin=0.0,
    regularization=0.0,
    average="active",
    miner=None,
    memory=None,
):
    """Contrastive loss whose distance is the noise beside the anchor's signal.

        d[a, b] = var(a - b) / var(a)
        loss    = mean over positive pairs of max(0, d - positive_margin)
                + mean over negative pairs of max(0, margin - d)
                + regularization · mean over a of |sum over k of a[k]|

    A distance says how much of an anchor is left in another example, whatever the length
    of the embeddings, which need no normalisation.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float.
        margin: > 0; 1 is where another example is as far as nothing at all.
        positive_margin: >= 0, how far apart positives may stay.
        regularization: >= 0; draws the mean of each embedding to zero, to which the
            variances are blind.
        average: over the "active" pairs, those above zero, over "all", or over "anchors",
            the mean of each anchor's mean.
        miner: None, or the `PairMiner` (or its name) that chooses the pairs.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss. An anchor of no variance
        is at distance 1 from everything.

    Raises:
        ValueError: a setting out of range, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: Yuan, Deng, Tang, Tang, Chen, 2019, "Signal-to-Noise Ratio: A Robust
    Distance Metric for Deep Metric Learning", arXiv:1904.02616; margins and "active" are
    the defaults of pytorch-metric-learning, where the distance first makes unit vectors.

    >>> loss = snr_contrastive_loss([0, 0, 1], [[0.0, 2.0], [0.0, 4.0], [6.0, 0.0]])
    >>> round(float(tf.reduce_mean(loss)), 6)  # d = 1 / 1 and 1 / 4, negatives beyond 1
    0.625
    """
    check_not_negative(regularization, "regularization")
    loss = contrastive_loss.__wrapped__(  # within this graph
        labels,
        embeddings,
        margin=margin,
        positive_margin=positive_margin,
        distance="snr",
        power=1,
        average=average,
        miner=miner,
        memory=memory,
    )
    if regularization:
        offsets = tf.reduce_sum(as_vectors_in_graph(embeddings), axis=1)
        loss += regularization * tf.abs(offsets)
    return loss


@registered
class SNRContrastiveLoss(BatchLoss):
    """`snr_contrastive_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        margin=1.0,
        positive_margin=0.0,
        regularization=0.0,
        average="active",
        miner=None,
        name="snr_contrastive_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_positive(margin, "margin"),
            "positive_margin": check_not_negative(positive_margin, "positive_margin"),
            "regularization": check_not_negative(regularization, "regularization"),
            "average": check_choice(average, AVERAGES, "average"),
            "miner": pair_miner(miner),
        }
        super().__init__(snr_contrastive_loss, settings, name, reduction)
