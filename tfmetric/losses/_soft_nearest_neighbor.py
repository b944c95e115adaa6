"""Soft nearest neighbour loss: how entangled the classes are."""

from tfmetric import distances
from tfmetric._core._checks import check_choice, check_positive
from tfmetric._core._numerics import AVERAGES
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._nca import nca_loss


@registered
@compiled
def soft_nearest_neighbor_loss(
    labels,
    embeddings,
    *,
    temperature=1.0,
    distance="squared_euclidean",
    average="all",
    memory=None,
):
    """Soft nearest neighbour loss of a labelled batch.

        loss = mean over a of -log(sum over p of exp(-d[a, p] / T)
                                   / sum over k other than a of exp(-d[a, k] / T))

    `nca_loss` with scale 1 / T, under the name and with the mean of the paper that uses
    it to measure and to steer how far hidden layers mix the classes.

    Args:
        labels: (batch,) ids, (batch, classes) multi-hot, or (batch, batch) bool pairs.
        embeddings: (batch, dim) float.
        temperature: > 0, in units of `distance`: low looks at the nearest only.
        distance: name or `Distance`.
        average: over "all" of the batch, over the "active" anchors, those above zero, or
            over the "anchors" that have a positive. An anchor without one is zero.
        memory: None, or a `Memory` of examples to compare with beside the batch.

    Returns:
        (batch,), one value per anchor, whose mean is the loss.

    Raises:
        ValueError: `temperature` <= 0, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: Frosst, Papernot, Hinton, 2019, "Analyzing and Improving Representations
    with the Soft Nearest Neighbor Loss", arXiv:1902.01889, section 2.

    >>> loss = soft_nearest_neighbor_loss([0, 0, 1], [[0.0], [0.0], [0.0]])
    >>> [round(float(row), 6) for row in loss]  # log 2, twice
    [0.693147, 0.693147, 0.0]
    """
    check_positive(temperature, "temperature")
    return nca_loss(
        labels,
        embeddings,
        scale=1 / temperature,
        distance=distance,
        average=average,
        memory=memory,
    )


@registered
class SoftNearestNeighborLoss(BatchLoss):
    """`soft_nearest_neighbor_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        temperature=1.0,
        distance="squared_euclidean",
        average="all",
        name="soft_nearest_neighbor_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "temperature": check_positive(temperature, "temperature"),
            "distance": distances.get(distance),
            "average": check_choice(average, AVERAGES, "average"),
        }
        super().__init__(soft_nearest_neighbor_loss, settings, name, reduction)
