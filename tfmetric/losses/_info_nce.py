"""InfoNCE of two towers: each query finds its target among those of the batch."""

import tensorflow as tf

from tfmetric._core._checks import check_flag, check_positive
from tfmetric._core._masks import pair_masks
from tfmetric._core._numerics import (
    masked_logsumexp,
    nan_if_any,
    softplus,
    unit_norm,
)
from tfmetric._core._product import product
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._views import split_views


@registered
@compiled
def info_nce_loss(labels, embeddings, *, temperature=0.05, symmetric=False):
    """InfoNCE of a batch of pairs, on cosines: "multiple negatives ranking loss".

        loss = mean over i of -log(exp(s[i, i] / T) / sum over j of exp(s[i, j] / T))

    s[i, j] is the cosine of query i and target j. For data that says only what belongs
    together: question and answer, image and caption. The targets of the other queries
    are the negatives, so large batches help. Let the two towers end in one tensor, such
    as `keras.ops.stack([query, target], axis=1)`.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
            Targets of examples that share a query's label are no negatives of it, such as
            a second copy of its answer. Without labels give `np.arange(n)`.
        embeddings: (batch, 2, dim) float, query and target; length plays no part.
        temperature: > 0. sentence-transformers' scale of 20 is 0.05.
        symmetric: whether targets look for their queries as well, as in CLIP; the loss
            is then the mean of the two directions.

    Returns:
        (batch,), one value per query, whose mean is the loss.

    Raises:
        ValueError: `temperature` <= 0, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: van den Oord, Li, Vinyals, 2018, "Representation Learning with Contrastive
    Predictive Coding", arXiv:1807.03748, equation 4; on the batch's own targets,
    Henderson et al., 2017, arXiv:1705.00652, section 4.4.

    >>> pairs = [[[1.0, 0.0], [1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]]]
    >>> loss = info_nce_loss([0, 1], pairs, temperature=1)
    >>> [round(float(row), 6) for row in loss]  # log(1 + 1/e), log(1 + e)
    [0.313262, 1.313262]
    """
    check_positive(temperature, "temperature")
    queries, targets = map(unit_norm, split_views(embeddings, 2))
    _, negative = pair_masks(labels, queries)
    own = tf.reduce_sum(queries * targets, axis=1) / temperature
    s = product(queries / temperature, targets)
    rows = softplus(masked_logsumexp(s, negative) - own)
    if check_flag(symmetric, "symmetric"):
        push = masked_logsumexp(s, negative, axis=0)
        rows = (rows + softplus(push - own)) / 2
    return rows + nan_if_any(embeddings)


@registered
class InfoNCELoss(BatchLoss):
    """`info_nce_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        temperature=0.05,
        symmetric=False,
        name="info_nce_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "temperature": check_positive(temperature, "temperature"),
            "symmetric": check_flag(symmetric, "symmetric"),
        }
        super().__init__(info_nce_loss, settings, name, reduction)
