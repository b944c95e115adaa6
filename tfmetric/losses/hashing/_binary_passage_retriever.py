"""Binary passage retriever: one set of values for both stages of a two-stage search."""

import tensorflow as tf

from tfmetric._core._checks import check_not_negative, check_positive
from tfmetric._core._numerics import (
    as_vectors_in_graph,
    count,
    masked_logsumexp,
    mean_over_tuples,
    nan_if_any,
    softplus,
)
from tfmetric._core._registry import registered
from tfmetric.losses import _engine_rows as rows
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._engine import anchors_of
from tfmetric.losses._positives import positive_values
from tfmetric.losses.hashing._codes import code_pairs, relaxed


@registered
@compiled
def binary_passage_retriever_loss(
    labels,
    values,
    *,
    scale=10.0,
    margin=0.1,
    candidate_weight=1.0,
    continuation=1.0,
    memory=None,
):
    """Trains codes to find candidates, and to rank them against the values of a query.

        h      = tanh(continuation · u)
        t[a,j] = scale · mean over bits k of u[a, k] h[j, k]
        s[a,j] = mean over bits k of h[a, k] h[j, k]
        loss   = mean over (a, p) of
                 -log(exp(t[a, p]) / (exp(t[a, p]) + sum over n of exp(t[a, n])))
               + candidate_weight
                 · mean over (a, p, n) of max(0, s[a, n] - s[a, p] + margin)

    A gallery keeps one bit for each value. The codes alone choose candidates by Hamming
    distance, which the second term trains; the values of the query, which need not be
    stored, put them in order by their products with the codes, which the first term
    trains. Every example is a query and an item of the gallery.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        values: (batch, bits) float, code values such as a `HashHead` gives.
        scale: > 0. The paper's products are sums over K bits: `scale` K.
        margin: > 0, in products of codes per bit, of which one differing bit takes
            2 / K. The paper's margin is of sums, and K times as large.
        candidate_weight: >= 0, of the second term.
        continuation: > 0, the slope of h at zero, which stands for the sign.
        memory: None, or a `Memory` of values whose codes join the gallery.

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: a setting out of range, or shapes that do not fit.

    Cost: O(batch² · bits) time, and O(batch²) memory, the O(batch³) triplets included.

    Reference: Yamada, Asai, Hajishirzi, 2021, "Efficient Passage Retrieval with Hashing
    for Open-domain Question Answering", arXiv:2106.00882, which calls it BPR, as others
    call Bayesian personalised ranking. It has two encoders, and as positives the one
    passage of each question; it raises the slope while training, as √(1 + step / 10).

    >>> loss = binary_passage_retriever_loss([0, 0, 1], [[0.0], [0.0], [0.0]])
    >>> round(float(tf.reduce_mean(loss)), 6)  # log 2 + 0.1
    0.793147
    """
    check_positive(scale, "scale")
    check_positive(margin, "margin")
    check_not_negative(candidate_weight, "candidate_weight")
    check_positive(continuation, "continuation")
    values = as_vectors_in_graph(values)
    codes, others = relaxed(values, continuation, memory)
    ranked = _ranked(labels, code_pairs(labels, values, others, memory, scale), memory)
    pairs = code_pairs(labels, codes, others, memory, -1)
    anchors = anchors_of(labels, pairs, memory)
    sums, _ = rows.every_hinge(anchors, margin)
    found = mean_over_tuples(sums, count(anchors.valid) * count(anchors.negative))
    return ranked + candidate_weight * found + nan_if_any(values)


def _ranked(labels, pairs, memory):
    """Each positive against all negatives of its anchor, by cross-entropy."""
    pairs, t, positive = positive_values(labels, pairs, memory=memory)
    push = masked_logsumexp(pairs.values, pairs.negative)[:, None]
    terms = tf.where(positive, softplus(push - t), 0)
    return mean_over_tuples(tf.reduce_sum(terms, axis=1), count(positive))


@registered
class BinaryPassageRetrieverLoss(BatchLoss):
    """`binary_passage_retriever_loss` as a Keras loss: `loss(labels, values)`."""

    def __init__(
        self,
        scale=10.0,
        margin=0.1,
        candidate_weight=1.0,
        continuation=1.0,
        name="binary_passage_retriever_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "scale": check_positive(scale, "scale"),
            "margin": check_positive(margin, "margin"),
            "candidate_weight": check_not_negative(candidate_weight, "candidate_weight"),
            "continuation": check_positive(continuation, "continuation"),
        }
        super().__init__(binary_passage_retriever_loss, settings, name, reduction)
