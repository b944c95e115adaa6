"""Deep supervised hashing: similar codes together, different ones a margin apart."""

import tensorflow as tf

from tfmetric import distances
from tfmetric._core._checks import check_positive
from tfmetric._core._numerics import as_vectors_in_graph, count, mean_over_tuples, row_sums
from tfmetric._core._pairs import distance_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._positives import positive_values
from tfmetric.losses.hashing._quantization import check_penalty, penalty_of


@registered
@compiled
def dsh_loss(labels, values, *, margin=2.0, penalty="l1", penalty_weight=0.02, memory=None):
    """Contrastive loss on squared distances of code values, which a penalty makes codes.

        d[i,j] = mean over bits k of (u[i, k] - u[j, k])²
        loss   = mean over pairs of 1/2 d                   where similar,
                                    1/2 max(0, margin - d)  where different
               + penalty_weight · mean over i of quantization_loss(u[i])

    The simplest loss on codes, and a strong one for queries of classes not seen in
    training. Similar pairs, the fewer, count the less the more classes a batch has:
    choose batches of several examples a class.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        values: (batch, bits) float, code values such as a `HashHead` gives, compared as
            they are.
        margin: > 0, in squared distance per bit: 4 lies between opposite codes, and 2,
            the 2 K of the paper for K bits, between codes that differ in half of them.
        penalty: None, or the `norm` of a `quantization_loss`, which bounds the values.
        penalty_weight: >= 0. The paper's α, of both codes of each pair, is half of it.
        memory: None, or a `Memory` of values to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: a setting out of range, or shapes that do not fit.

    Cost: O(batch² · bits) time, O(batch²) memory.

    Reference: Liu, Wang, Shan, Chen, 2016, "Deep Supervised Hashing for Fast Image
    Retrieval", CVPR, over the number of pairs and of bits.

    >>> loss = dsh_loss([0, 0, 1], [[1.0], [0.0], [-1.0]], penalty=None)
    >>> round(float(tf.reduce_mean(loss)), 6)  # 2 · (1/2 + (2 - 1)/2 + 0) of 6 pairs
    0.333333
    """
    check_positive(margin, "margin")
    check_penalty(penalty, penalty_weight)
    values = as_vectors_in_graph(values)
    pairs = distance_pairs(labels, values, distances.get("squared_euclidean"), memory)
    half = 0.5 / tf.cast(tf.shape(values)[1], values.dtype)
    pairs, pull, positive = positive_values(labels, pairs, memory=memory)
    pulled = tf.reduce_sum(tf.where(positive, half * pull, 0), axis=1)
    gap = tf.where(pairs.negative, tf.maximum(margin / 2 - half * pairs.values, 0), 0)
    pushed = row_sums(pairs.values, gap, -half * tf.sign(gap))
    counts = count(positive) + count(pairs.negative)
    loss = mean_over_tuples(pulled + pushed, counts)
    return loss + penalty_of(values, penalty, penalty_weight)


@registered
class DSHLoss(BatchLoss):
    """`dsh_loss` as a Keras loss: `loss(labels, values)`."""

    def __init__(
        self,
        margin=2.0,
        penalty="l1",
        penalty_weight=0.02,
        name="dsh_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_positive(margin, "margin"),
            **check_penalty(penalty, penalty_weight),
        }
        super().__init__(dsh_loss, settings, name, reduction)
