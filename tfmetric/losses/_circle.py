"""Circle loss: pairs pull and push by how far each is from where it should be."""

from math import sqrt

import tensorflow as tf

from tfmetric._core._checks import check_choice, check_number, check_positive
from tfmetric._core._numerics import AVERAGES, masked_logsumexp, nan_if_any, softplus
from tfmetric._core._pairs import cosine_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._mining import mined, pair_miner
from tfmetric.losses._positives import positive_values
from tfmetric.losses._rows import average_rows


@registered
@compiled
def circle_loss(
    labels,
    embeddings,
    *,
    margin=0.4,
    scale=80.0,
    average="active",
    miner=None,
    memory=None,
):
    """Circle loss of a labelled batch, on cosines.

        loss = mean over a of log(1 + sum over n of exp(scale · w[n] · (s[a, n] - margin))
                              · sum over p of exp(scale · w[p] · (1 - margin - s[a, p])))
        w[n] = max(0, s[a, n] + margin),  w[p] = max(0, 1 + margin - s[a, p])

    A pair's weight grows with its way to -margin or 1 + margin, and is a constant to the
    gradient. One setting of margin and scale serves most data.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float; their length plays no part.
        margin: how relaxed the boundary is; 0.4 for retrieval, 0.25 for faces.
        scale: > 0; 80 for retrieval, 256 for faces.
        average: over the "active" anchors, those above zero, over the "anchors" that have
            a positive, or over "all" of the batch.
        miner: None, or the `PairMiner` (or its name) that chooses the pairs, by their
            cosine distances.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss; zero where an anchor lacks
        a positive or a negative.

    Raises:
        ValueError: `scale` <= 0, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: Sun et al., 2020, "Circle Loss: A Unified Perspective of Pair Similarity
    Optimization", arXiv:2002.10857, section 3; "active" is the default of
    pytorch-metric-learning. `keras.losses.Circle` has the same values on unit vectors,
    but neither normalises nor holds the weights constant; TensorFlow Similarity adds the
    logarithms of the two sums instead of multiplying the sums.

    >>> loss = circle_loss([0, 0, 1], [[1.0], [2.0], [3.0]], margin=0, scale=1)
    >>> round(float(tf.reduce_mean(loss)), 6)  # positives rest, one negative: log(1 + e)
    1.313262
    """
    check_number(margin, "margin")
    check_positive(scale, "scale")
    check_choice(average, AVERAGES, "average")
    root = sqrt(scale)  # within the cosines: the product of two factors has the scale
    pairs = cosine_pairs(labels, embeddings, memory, scale=root)
    pairs = mined(pairs, miner, 1 - pairs.values / root)
    pairs, s, positive = positive_values(labels, pairs, miner, memory)
    m = margin * root
    pull = _held(root + m - s) * (root - m - s)
    push = _held(pairs.values + m) * (pairs.values - m)
    rows = softplus(
        masked_logsumexp(pull, positive) + masked_logsumexp(push, pairs.negative)
    )
    anchors = tf.reduce_any(positive, axis=1)
    return average_rows(rows, anchors, average) + nan_if_any(embeddings)


def _held(weights):
    return tf.stop_gradient(tf.maximum(weights, 0))


@registered
class CircleLoss(BatchLoss):
    """`circle_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        margin=0.4,
        scale=80.0,
        average="active",
        miner=None,
        name="circle_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_number(margin, "margin"),
            "scale": check_positive(scale, "scale"),
            "average": check_choice(average, AVERAGES, "average"),
            "miner": pair_miner(miner),
        }
        super().__init__(circle_loss, settings, name, reduction)
