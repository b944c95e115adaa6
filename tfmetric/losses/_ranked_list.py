"""Ranked list loss: every positive within one radius, every negative beyond another."""

import tensorflow as tf

from tfmetric import distances
from tfmetric._core._checks import check_not_negative, check_positive
from tfmetric._core._numerics import nan_if_any
from tfmetric._core._pairs import distance_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._positives import positive_values


@registered
@compiled
def ranked_list_loss(
    labels,
    embeddings,
    *,
    margin=0.4,
    boundary=1.2,
    positive_scale=0.0,
    negative_scale=10.0,
    balance=0.5,
    distance="euclidean",
    memory=None,
):
    """Ranked list loss of a labelled batch.

        v[p] = max(0, d[a, p] - (boundary - margin))   over positives p
        v[n] = max(0, boundary - d[a, n])              over negatives n
        loss = mean over a of (1 - balance) · weighted mean of v[p] above zero
                            + balance · weighted mean of v[n] above zero
        weight = exp(scale · v), a constant to the gradient

    Ranks no pair against another: positives may lie anywhere within a sphere around the
    anchor, and negatives are pushed out of a larger one, the nearest first.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float; unit vectors unless `boundary` is chosen anew.
        margin: > 0, between the two spheres, in units of `distance`.
        boundary: > 0, radius of the larger one.
        positive_scale: >= 0, of the weights of positives; 0 weighs all alike.
        negative_scale: >= 0, of the weights of negatives.
        balance: 0..1, the share of the negatives.
        distance: name or `Distance`.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: a setting out of range, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: Wang, Hua, Kodirov, Hu, Garnier, Robertson, 2019, "Ranked List Loss for
    Deep Metric Learning", arXiv:1903.03238; weights are constants as in the authors'
    code, while pytorch-metric-learning has their gradient too.

    >>> loss = ranked_list_loss([0, 0, 1], [[0.0], [1.0], [1.5]])
    >>> round(float(tf.reduce_mean(loss)), 6)  # (0.2 + (0.2 + 0.7) + 0.7) / 2 / 3
    0.3
    """
    check_positive(margin, "margin")
    check_positive(boundary, "boundary")
    check_not_negative(positive_scale, "positive_scale")
    check_not_negative(negative_scale, "negative_scale")
    check_share(balance)
    pairs = distance_pairs(labels, embeddings, distances.get(distance), memory)
    pairs, d, positive = positive_values(labels, pairs, memory=memory)
    pull = _weighted_mean(d - (boundary - margin), positive, positive_scale)
    push = _weighted_mean(boundary - pairs.values, pairs.negative, negative_scale)
    return (1 - balance) * pull + balance * push + nan_if_any(embeddings)


def check_share(balance):
    """Returns `balance` as a float if it is from 0 to 1."""
    if check_not_negative(balance, "balance") > 1:
        raise ValueError(f"Expected balance from 0 to 1. Received: {balance}")
    return float(balance)


def _weighted_mean(values, mask, scale):
    """Means of the masked values above zero of each row, weighted by `exp(scale · v)`."""
    mask &= values > 0

    @tf.custom_gradient
    def mean(values):
        kept = tf.where(mask, values, values.dtype.min / 10)
        largest = tf.reduce_max(kept, axis=1, keepdims=True)
        # Exponentials of the others vanish, but not at scale 0.
        weights = tf.exp((kept - largest) * scale) if scale else tf.cast(mask, kept.dtype)
        total = tf.reduce_sum(weights, axis=1)
        means = tf.reduce_sum(weights * kept, axis=1) / total
        none = largest[:, 0] < 0

        def gradient(upstream):
            share = tf.where(none, tf.zeros_like(total), upstream / total)
            return weights * share[:, None]

        return tf.where(none, tf.zeros_like(means), means), gradient

    return mean(values)


@registered
class RankedListLoss(BatchLoss):
    """`ranked_list_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        margin=0.4,
        boundary=1.2,
        positive_scale=0.0,
        negative_scale=10.0,
        balance=0.5,
        distance="euclidean",
        name="ranked_list_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_positive(margin, "margin"),
            "boundary": check_positive(boundary, "boundary"),
            "positive_scale": check_not_negative(positive_scale, "positive_scale"),
            "negative_scale": check_not_negative(negative_scale, "negative_scale"),
            "balance": check_share(balance),
            "distance": distances.get(distance),
        }
        super().__init__(ranked_list_loss, settings, name, reduction)
