"""Instance loss: every example a class of its own."""

from tfmetric._core._checks import check_positive
from tfmetric._core._numerics import masked_logsumexp, nan_if_any, softplus
from tfmetric._core._pairs import cosine_pairs
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled


@registered
@compiled
def instance_loss(labels, embeddings, *, scale=64.0, memory=None):
    """Instance loss of a batch, on cosines: examples move apart.

        loss = mean over a of -log(exp(scale) / (exp(scale)
                                                 + sum over n of exp(scale · s[a, n])))

    The cosine of an example with itself, one, against those with all others. It pulls
    nothing together: add it to a loss that does, or use it where each example is a class,
    with `np.arange(len(x))` as labels. Examples that share a label are not pushed apart.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float; their length plays no part.
        scale: > 0; the higher, the more the nearest others alone count.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per example, whose mean is the loss.

    Raises:
        ValueError: `scale` <= 0, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: Zheng et al., 2020, "Dual-Path Convolutional Image-Text Embeddings with
    Instance Loss", arXiv:1711.05535, with the batch in place of a classifier's weights,
    as pytorch-metric-learning has it for distinct labels.

    >>> loss = instance_loss([0, 1], [[1.0], [1.0]])
    >>> [round(float(row), 6) for row in loss]  # log 2
    [0.693147, 0.693147]
    """
    check_positive(scale, "scale")
    pairs = cosine_pairs(labels, embeddings, memory, scale=scale)
    push = masked_logsumexp(pairs.values, pairs.negative)
    return softplus(push - scale) + nan_if_any(embeddings)


@registered
class InstanceLoss(BatchLoss):
    """`instance_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(self, scale=64.0, name="instance_loss", reduction="sum_over_batch_size"):
        settings = {"scale": check_positive(scale, "scale")}
        super().__init__(instance_loss, settings, name, reduction)
