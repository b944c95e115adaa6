"""Pairwise likelihood of codes: how well their products explain which pairs are similar."""

import tensorflow as tf

from tfmetric import distances
from tfmetric._core._checks import check_choice, check_flag, check_positive
from tfmetric._core._masks import pair_masks
from tfmetric._core._numerics import count, mean_over_tuples, row_sums, softplus
from tfmetric._core._pairs import Pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._engine_rows import soft_hinge
from tfmetric.losses._positives import positive_values
from tfmetric.losses.hashing._codes import check_continuation, code_pairs, relaxed
from tfmetric.losses.hashing._quantization import check_penalty, penalty_of


@registered
@compiled
def pairwise_likelihood_loss(
    labels,
    values,
    *,
    likelihood="logistic",
    scale=10.0,
    class_balance=True,
    continuation=1.0,
    penalty=None,
    penalty_weight=0.1,
    memory=None,
):
    """Negative log-likelihood of the similar and the different pairs of a batch of codes.

        h      = tanh(continuation · u), or u itself where that is None
        t[i,j] = scale · mean over bits k of h[i, k] h[j, k]         "logistic"
                 -log(scale · (1 - cos(h[i], h[j])) / 2)             "cauchy"
        P(i and j are similar) = 1 / (1 + exp(-t[i, j]))
        loss   = mean over similar pairs of -log P
               + mean over different pairs of -log(1 - P)
               + penalty_weight · mean over i of quantization_loss(h[i])

    The first loss to try on codes, above all where queries will be of classes that the
    training has not seen. "cauchy" asks similar codes into a small Hamming ball, for
    look-up by bucket. The settings of the papers, for codes of K bits:

        paper    likelihood  scale  class_balance  continuation  penalty
        HashNet  "logistic"  10     True           1.0, rising   None
        DPSH     "logistic"  K / 2  False          None          "l2"
        DHN      "logistic"  K / 2  False          1.0           "log_cosh"
        DCH      "cauchy"    K / γ  True           1.0           "cauchy"

    DPSH and DHN have products with a factor 1/2 and HashNet one of 10 / K, all of sums
    over bits; with means over bits one scale serves all lengths. Where a paper adds η
    times its penalty to a sum over pairs, `penalty_weight` is η · batch over the number
    of pairs in DCH, and K times that in DPSH, which sums over bits. DHN sums over bits
    and over both codes of each pair: 2 K η. It and DCH end in tanh in their authors' code.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        values: (batch, bits) float, code values such as a `HashHead` gives.
        likelihood: "logistic" or "cauchy".
        scale: > 0, t of two equal codes under "logistic"; under "cauchy" bits over γ, the
            Hamming distance at which two codes are as likely similar as not.
        class_balance: weigh similar and different pairs, whatever their numbers, alike;
            False takes one mean over all pairs.
        continuation: > 0, or None to compare values as they are, such as those of a
            `HashHead` with a `TanhContinuation`, which grows sharper during `fit`.
        penalty: None, or the `norm` of a `quantization_loss` of h.
        penalty_weight: >= 0.
        memory: None, or a `Memory` of values to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: a setting out of range, or shapes that do not fit.

    Cost: O(batch² · bits) time, O(batch²) memory.

    Reference: Cao, Long, Wang, Yu, 2017, "HashNet", arXiv:1702.00758; Li, Wang, Kang,
    2016, arXiv:1511.03855 (DPSH); Zhu, Long, Wang, Cao, 2016, "Deep Hashing
    Network for Efficient Similarity Retrieval", AAAI (DHN); Cao, Long, Liu, Wang, 2018,
    "Deep Cauchy Hashing for Hamming Space Retrieval", CVPR (DCH). Classes are balanced
    within the batch, not the data set; HashNet also weighs a similar pair of multi-hot
    labels by the share of classes in common. An example is no pair with itself, which
    DPSH and DCH let it be. A cosine within 1e-6 of 1 counts as that, for the likelihood
    of two equal codes of different classes is zero under "cauchy".

    >>> loss = pairwise_likelihood_loss([0, 0, 1], [[0.0], [0.0], [0.0]])
    >>> round(float(tf.reduce_mean(loss)), 6)  # log 2, twice
    1.386294
    """
    check_choice(likelihood, LIKELIHOODS, "likelihood")
    check_positive(scale, "scale")
    check_flag(class_balance, "class_balance")
    check_continuation(continuation)
    check_penalty(penalty, penalty_weight)
    codes, others = relaxed(values, continuation, memory)
    pairs = LIKELIHOODS[likelihood](labels, codes, others, memory, scale)
    pairs, t, positive = positive_values(labels, pairs, memory=memory)
    pulled = tf.reduce_sum(tf.where(positive, softplus(-t), 0), axis=1)
    push, slopes = soft_hinge(pairs.values)
    push, slopes = (tf.where(pairs.negative, each, 0) for each in (push, slopes))
    pushed = row_sums(pairs.values, push, slopes)
    counts = count(positive), count(pairs.negative)
    if class_balance:
        loss = mean_over_tuples(pulled, counts[0]) + mean_over_tuples(pushed, counts[1])
    else:
        loss = mean_over_tuples(pulled + pushed, sum(counts))
    return loss + penalty_of(codes, penalty, penalty_weight, scale)


def _cauchy(labels, codes, others, memory, scale):
    d = distances.get("cosine")(codes, others)
    odds = -tf.math.log(scale / 2 * tf.maximum(d, 1e-6))
    return Pairs(odds, *pair_masks(labels, codes, memory))


# `Pairs` of the logarithms of the odds that two codes are similar.
LIKELIHOODS = {"logistic": code_pairs, "cauchy": _cauchy}


@registered
class PairwiseLikelihoodLoss(BatchLoss):
    """`pairwise_likelihood_loss` as a Keras loss: `loss(labels, values)`."""

    def __init__(
        self,
        likelihood="logistic",
        scale=10.0,
        class_balance=True,
        continuation=1.0,
        penalty=None,
        penalty_weight=0.1,
        name="pairwise_likelihood_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "likelihood": check_choice(likelihood, LIKELIHOODS, "likelihood"),
            "scale": check_positive(scale, "scale"),
            "class_balance": check_flag(class_balance, "class_balance"),
            "continuation": check_continuation(continuation),
            **check_penalty(penalty, penalty_weight),
        }
        super().__init__(pairwise_likelihood_loss, settings, name, reduction)
