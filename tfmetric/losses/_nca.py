"""Neighbourhood component analysis: a random neighbour should be of one's own class."""

import tensorflow as tf

from tfmetric import distances
from tfmetric._core._checks import check_choice, check_positive
from tfmetric._core._numerics import AVERAGES, masked_logsumexp, nan_if_any, softplus
from tfmetric._core._pairs import distance_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._positives import positive_values
from tfmetric.losses._rows import average_rows


@registered
@compiled
def nca_loss(
    labels,
    embeddings,
    *,
    scale=1.0,
    distance="squared_euclidean",
    average="anchors",
    memory=None,
):
    """Neighbourhood component analysis of a labelled batch.

        loss = mean over a of
               -log(sum over p of exp(-scale · d[a, p])
                    / sum over k other than a of exp(-scale · d[a, k]))

    An anchor needs some positive near it, not all of them: a class may lie in several
    clusters. `SupConLoss` wants every positive near.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float; unit vectors unless the scale is chosen anew.
        scale: > 0, in units of one over `distance`; the higher, the nearer counts.
        distance: name or `Distance`.
        average: over the "anchors" that have a positive, over the "active" ones, those
            above zero, or over "all" of the batch. An anchor without a positive is zero.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: `scale` <= 0, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: Goldberger, Roweis, Hinton, Salakhutdinov, 2004, "Neighbourhood Components
    Analysis", NIPS, the objective with the logarithm; "anchors" is the default of
    pytorch-metric-learning.

    >>> loss = nca_loss([0, 0, 1], [[0.0], [1.0], [1.0]])
    >>> [round(float(row) * 2 / 3, 6) for row in loss]  # log 2, log(1 + e), no positive
    [0.693147, 1.313262, 0.0]
    """
    check_positive(scale, "scale")
    check_choice(average, AVERAGES, "average")
    pairs = distance_pairs(labels, embeddings, distances.get(distance), memory)
    pairs, d, positive = positive_values(labels, pairs, memory=memory)
    own = masked_logsumexp(d, positive, -scale)
    other = masked_logsumexp(pairs.values, pairs.negative, -scale)
    anchors = tf.reduce_any(positive, axis=1)
    rows = tf.where(anchors, softplus(other - own), 0)
    return average_rows(rows, anchors, average) + nan_if_any(embeddings)


@registered
class NCALoss(BatchLoss):
    """`nca_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        scale=1.0,
        distance="squared_euclidean",
        average="anchors",
        name="nca_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "scale": check_positive(scale, "scale"),
            "distance": distances.get(distance),
            "average": check_choice(average, AVERAGES, "average"),
        }
        super().__init__(nca_loss, settings, name, reduction)
