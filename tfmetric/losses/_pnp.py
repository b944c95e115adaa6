"""PNP: as few negatives as possible before each positive of a ranking."""

import tensorflow as tf

from tfmetric._core._checks import check_choice, check_positive
from tfmetric._core._numerics import count, mean_over_tuples, nan_if_any
from tfmetric._core._pairs import cosine_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._positives import positive_values
from tfmetric.losses._soft_counts import soft_counts, without_own_place

_PENALTIES = {
    "O": lambda r, alpha, b: r,
    "Ds": lambda r, alpha, b: tf.math.log1p(r),
    "Dq": lambda r, alpha, b: 1 - (1 + r) ** -alpha,
    "Iu": lambda r, alpha, b: (1 + r) * tf.math.log1p(r),
    "Ib": lambda r, alpha, b: (b * r - tf.math.log1p(b * r)) / b**2,
}


@registered
@compiled
def pnp_loss(
    labels,
    embeddings,
    *,
    variant="O",
    temperature=0.01,
    alpha=1.0,
    b=2.0,
    memory=None,
):
    """Penalises the negatives that are ranked before each positive, by cosine.

        R[a, p] = sum over n of sigmoid((s[a, n] - s[a, p]) / temperature)
        loss    = mean over anchors of mean over p of penalty(R[a, p])

    Unlike an average precision, it leaves positives alone among themselves. The penalty
    says which positives are moved most:

        "O"   R                         all alike
        "Ds"  log(1 + R)                those with few negatives before them
        "Dq"  1 - 1 / (1 + R)^alpha     the same, more so
        "Iu"  (1 + R) log(1 + R)        those with many negatives before them
        "Ib"  (b R - log(1 + b R)) / b²  the same, up to a slope of 1 / b

    The D variants leave a far cluster of a class where it is, and suit classes of
    several clusters.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float; their length plays no part.
        variant: "O", "Ds", "Dq", "Iu" or "Ib".
        temperature: > 0; the smaller, the nearer the count is to a whole number.
        alpha: > 0, of "Dq".
        b: > 0, of "Ib".
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss: the mean over the anchors
        that have a positive.

    Raises:
        ValueError: a setting out of range, or shapes that do not fit.

    Cost: O(batch² · (dim + largest class)) time, O(batch²) memory; with labels that are
    no ids, or under XLA, O(batch³) time.

    Reference: Li et al., 2021, "Rethinking the Optimization of Average Precision: Only
    Penalizing Negative Instances before Positive Ones is Enough", arXiv:2102.04640. An
    anchor is not among its own positives, while it is in the authors' code and in
    pytorch-metric-learning.

    >>> loss = pnp_loss([0, 0, 1], [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    >>> round(float(tf.reduce_mean(loss)), 6)  # the negative is before each positive
    1.0
    """
    penalty = _PENALTIES[check_choice(variant, _PENALTIES, "variant")]
    check_positive(temperature, "temperature")
    check_positive(alpha, "alpha")
    check_positive(b, "b")
    pairs = cosine_pairs(labels, embeddings, memory, scale=1 / temperature)
    pairs, *packed = positive_values(labels, pairs, memory=memory)
    s, positive = without_own_place(*packed)
    others = tf.where(pairs.negative, pairs.values, pairs.values.dtype.min / 10)
    terms = tf.where(positive, penalty(soft_counts(others, s), alpha, b), 0)
    positives = count(positive)
    rows = tf.reduce_sum(terms, 1) / tf.cast(tf.maximum(positives, 1), terms.dtype)
    return mean_over_tuples(rows, positives > 0) + nan_if_any(embeddings)


@registered
class PNPLoss(BatchLoss):
    """`pnp_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        variant="O",
        temperature=0.01,
        alpha=1.0,
        b=2.0,
        name="pnp_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "variant": check_choice(variant, _PENALTIES, "variant"),
            "temperature": check_positive(temperature, "temperature"),
            "alpha": check_positive(alpha, "alpha"),
            "b": check_positive(b, "b"),
        }
        super().__init__(pnp_loss, settings, name, reduction)
