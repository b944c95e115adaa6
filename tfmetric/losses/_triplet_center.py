"""Triplet-center loss: nearer to the own class center than to any other."""

import tensorflow as tf

from tfmetric import distances
from tfmetric._core._checks import check_positive
from tfmetric._core._masks import as_labels_in_graph, dense_ids, pair_masks
from tfmetric._core._numerics import as_vectors_in_graph
from tfmetric._core._registry import registered
from tfmetric.losses._base import BatchLoss, compiled
from tfmetric.losses._positives import nearest_values


@registered
@compiled
def triplet_center_loss(labels, embeddings, *, margin=0.2, distance="squared_euclidean"):
    """Hinge between the distance to the own center and that to the nearest other one.

        loss[i] = max(0, d(x_i, c(y_i)) + margin - min over k != y_i of d(x_i, c(k)))

    A center is the mean of its class in the batch, so there is nothing to learn beside
    the embedding, and the cost does not grow with the triplets. An example alone in its
    class is its own center.

    Args:
        labels: (batch,) class ids.
        embeddings: (batch, dim) float.
        margin: > 0, in units of `distance`.
        distance: name or `Distance`.

    Returns:
        (batch,), one value per example; zero in a batch of one class.

    Raises:
        ValueError: `margin` <= 0, or shapes that do not fit.

    Cost: O(batch² · dim) time, O(batch²) memory.

    Reference: He, Zhou, Zhou, Bai, Bai, 2018, "Triplet-Center Loss for Multi-View 3D
    Object Retrieval", arXiv:1803.06189, equation 5. There the centers are learned and
    the margin is 5 for embeddings of any length.

    >>> x = [[0.0], [2.0], [3.0]]
    >>> loss = triplet_center_loss([0, 0, 1], x, margin=0.5, distance="euclidean")
    >>> loss.numpy().tolist()  # x[1] is 1 away from both centers
    [0.0, 0.5, 0.0]
    """
    check_positive(margin, "margin")
    embeddings = as_vectors_in_graph(embeddings)
    _, other = pair_masks(labels, embeddings)
    centers = _centers(labels, embeddings, other)
    d = distances.get(distance)
    own = d.paired(embeddings, centers)
    nearest = nearest_values(d(embeddings, centers), other)
    alone = tf.logical_not(tf.reduce_any(other, axis=1))
    return tf.maximum(own + margin - tf.where(alone, own + margin, nearest), 0)


def _centers(labels, embeddings, other):
    """In row j the center of the class of example j."""
    labels = as_labels_in_graph(labels)
    if labels.shape.rank == 1:
        return _means_within(embeddings, dense_ids(labels))
    member = tf.cast(tf.logical_not(other), embeddings.dtype)
    return tf.matmul(member, embeddings) / tf.reduce_sum(member, axis=1, keepdims=True)


@tf.custom_gradient
def _means_within(rows, ids):
    """For each row the mean over the rows of its id: a symmetric map, its own gradient."""

    def sums(values):
        return tf.gather(tf.math.unsorted_segment_sum(values, ids, tf.size(ids)), ids)

    members = sums(tf.ones_like(rows[:, :1]))
    return sums(rows) / members, lambda upstream: (sums(upstream) / members, None)


@registered
class TripletCenterLoss(BatchLoss):
    """`triplet_center_loss` as a Keras loss: `loss(labels, embeddings)`."""

    def __init__(
        self,
        margin=0.2,
        distance="squared_euclidean",
        name="triplet_center_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": check_positive(margin, "margin"),
            "distance": distances.get(distance),
        }
        super().__init__(triplet_center_loss, settings, name, reduction)
