"""Deep triplet-supervised hashing: the likelihood that positives are nearer."""

from tfmetric._core._checks import check_positive
from tfmetric._core._numerics import count, mean_over_tuples, nan_if_any
from tfmetric._core._registry import registered
from tfmetric.losses import _engine_rows as rows
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._engine import anchors_of
from tfmetric.losses.hashing._codes import code_pairs, relaxed
from tfmetric.losses.hashing._quantization import check_penalty, penalty_of


@registered
@compiled
def dtsh_loss(
    labels,
    values,
    *,
    margin=1.0,
    scale=10.0,
    penalty="l2",
    penalty_weight=1.0,
    memory=None,
):
    """Negative log-likelihood of the triplets of a batch of codes, with a margin.

        s[i,j] = mean over bits k of u[i, k] u[j, k]
        loss   = mean over (a, p, n) of log(1 + exp(scale · (margin + s[a, n] - s[a, p])))
               + penalty_weight · mean over i of quantization_loss(u[i])

    It asks for an order, not for a place: positives need to be nearer than negatives by
    `margin`, wherever both are. Take it where the classes of a batch differ much in how
    far they spread.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        values: (batch, bits) float, code values such as a `HashHead` gives, compared as
            they are.
        margin: > 0, in products per bit: 2 lies between equal and opposite codes.
        scale: > 0, how sharp the likelihood is. The paper's Θ is half a sum over K bits
            and its margin K / 2, which is `scale` K / 2 and `margin` 1.
        penalty: None, or the `norm` of a `quantization_loss`, which bounds the values.
        penalty_weight: >= 0. The paper's λ, of sums over triplets and over examples, is
            times batch · bits over the number of triplets.
        memory: None, or a `Memory` of values to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: a setting out of range, or shapes that do not fit.

    Cost: O(batch² · (bits + most)) time, `most` the largest number of positives, and
    O(batch²) memory: the O(batch³) triplets are summed exactly, never listed.

    Reference: Wang, Shi, Kitani, 2016, "Deep Supervised Hashing with Triplet Labels",
    arXiv:1612.03900. All triplets of the batch count, and means stand for its sums.

    >>> loss = dtsh_loss([0, 0, 1, 1], [[1.0]] * 4, margin=0.5, scale=2.0)
    >>> [round(float(row), 6) for row in loss]  # log(1 + e)
    [1.313262, 1.313262, 1.313262, 1.313262]
    """
    check_positive(margin, "margin")
    check_positive(scale, "scale")
    check_penalty(penalty, penalty_weight)
    codes, others = relaxed(values, None, memory)
    pairs = code_pairs(labels, codes, others, memory, -scale)
    anchors = anchors_of(labels, pairs, memory)
    sums, _ = rows.every(anchors, lambda gap: rows.soft_hinge(gap + scale * margin))
    loss = mean_over_tuples(sums, count(anchors.valid) * count(anchors.negative))
    return loss + penalty_of(codes, penalty, penalty_weight) + nan_if_any(codes)


@registered
class DTSHLoss(BatchLoss):
    """`dtsh_loss` as a Keras loss: `loss(labels, values)`."""

    def __init__(
        self,
        margin=1.0,
        scale=10.0,
        penalty="l2",
        penalty_weight=1.0,
        name="dtsh_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_positive(margin, "margin"),
            "scale": check_positive(scale, "scale"),
            **check_penalty(penalty, penalty_weight),
        }
        super().__init__(dtsh_loss, settings, name, reduction)
