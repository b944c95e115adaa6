"""Multi-similarity loss: pairs weighed by their own and by each other's similarity."""

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
def multi_similarity_loss(
    labels,
    embeddings,
    *,
    alpha=2.0,
    beta=50.0,
    base=0.5,
    average="all",
    miner=None,
    memory=None,
):
    """Multi-similarity loss of a labelled batch, on cosines.

        loss = mean over a of log(1 + sum over p of exp(-alpha · (s[a, p] - base))) / alpha
                            + log(1 + sum over n of exp(beta · (s[a, n] - base))) / beta

    A pair pulls or pushes as its similarity passes `base`, and as it stands out among
    the other pairs of its anchor. The paper drops easy pairs first: that is
    `miner="multi_similarity"`.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float; their length plays no part.
        alpha: > 0, how much the least similar positives stand out.
        beta: > 0, how much the most similar negatives stand out.
        base: cosine between what is near and what is far.
        average: over "all" anchors of the batch, over the "active" ones, those above
            zero, or over the "anchors" that have a positive.
        miner: None, or the `PairMiner` (or its name) that chooses the pairs, by their
            cosine distances.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: `alpha` or `beta` <= 0, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: Wang, Han, Huang, Dong, Scott, 2019, "Multi-Similarity Loss with General
    Pair Weighting for Deep Metric Learning", arXiv:1904.06627. "all" is its mean.

    >>> loss = multi_similarity_loss([0, 0], [[1.0], [2.0]], alpha=1, base=1)
    >>> round(float(tf.reduce_mean(loss)), 6)  # log 2
    0.693147
    """
    check_positive(alpha, "alpha")
    check_positive(beta, "beta")
    check_number(base, "base")
    check_choice(average, AVERAGES, "average")
    pairs = cosine_pairs(labels, embeddings, memory, scale=beta)
    pairs = mined(pairs, miner, 1 - pairs.values / beta)
    pairs, s, positive = positive_values(labels, pairs, miner, memory)
    pull = masked_logsumexp(s, positive, -alpha / beta) + alpha * base
    push = masked_logsumexp(pairs.values, pairs.negative) - beta * base
    rows = softplus(pull) / alpha + softplus(push) / beta
    anchors = tf.reduce_any(positive, axis=1)
    return average_rows(rows, anchors, average) + nan_if_any(embeddings)


@registered
class MultiSimilarityLoss(BatchLoss):
    """`multi_similarity_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        alpha=2.0,
        beta=50.0,
        base=0.5,
        average="all",
        miner=None,
        name="multi_similarity_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "alpha": check_positive(alpha, "alpha"),
            "beta": check_positive(beta, "beta"),
            "base": check_number(base, "base"),
            "average": check_choice(average, AVERAGES, "average"),
            "miner": pair_miner(miner),
        }
        super().__init__(multi_similarity_loss, settings, name, reduction)
