"""Sub-center ArcFace: several centers per class, so that noise finds one of its own."""

import math

import numpy as np
import tensorflow as tf

from tfmetric._core._checks import as_labels, as_vectors, check_positive
from tfmetric._core._registry import registered
from tfmetric.losses._arcface import angular_margin, arcface_loss
from tfmetric.losses._proxy import ProxyLoss, center_cosines


@registered
def sub_center_arcface_loss(labels, cosines, *, margin=0.5, scale=64.0):
    """`arcface_loss` on the nearest of several centers of each class.

        c[i, j] = max over k of cosines[i, j, k]

    For noisy labels: wrong examples gather at a center of their own, where they spoil
    the dominant one no more. `sub_center_outliers` finds them then.

    Args:
        labels: (batch,) class indices or (batch, classes) one-hot.
        cosines: (batch, classes, centers) float, such as a `ProxyHead` of several centers
            per class gives; the paper takes 3.
        margin: angle in radians, or a sequence of one for each class.
        scale: > 0, the inverse of a temperature.

    Returns:
        (batch,), one value per example.

    Raises:
        ValueError: settings out of range, labels that are no class, or no cosines.

    Cost: O(batch · classes · centers).

    Reference: Deng, Guo, Liu, Gong, Zafeiriou, 2020, "Sub-center ArcFace: Boosting Face
    Recognition by Large-scale Noisy Web Faces", ECCV.

    >>> loss = sub_center_arcface_loss([0], [[[-1.0, 0.2], [0.2, 0.1]]], margin=0.0)
    >>> round(float(loss[0]), 6)  # 0.2 meets 0.2: log 2
    0.693147
    """
    labels, cosines = center_cosines(labels, cosines)
    nearest = tf.reduce_max(cosines, axis=2)
    return arcface_loss(labels, nearest, margin=margin, scale=scale)


def sub_center_outliers(labels, embeddings, proxies, largest_angle=1.309):
    """Which examples are far from the dominant center of their class.

    The dominant center of a class is the one most of its examples are nearest to. Drop
    the outliers and train anew, with one center per class, as the paper does.

    Args:
        labels: (items,) class indices.
        embeddings: (items, dim) float.
        proxies: (classes, centers, dim), the weight of a trained `ProxyHead`.
        largest_angle: in radians, beyond which an example is an outlier; 75 degrees.

    Returns:
        NumPy (items,) bool, True for outliers.

    Raises:
        ValueError: labels that are no class, or shapes that do not fit.

    Cost: O(items · centers · dim).

    >>> proxies = [[[1.0, 0.0], [0.0, 1.0]]]  # one class of two centers
    >>> sub_center_outliers([0, 0, 0], [[2.0, 0.1], [1.0, 0.1], [0.0, 1.0]], proxies)
    array([False, False,  True])
    """
    check_positive(largest_angle, "largest_angle")
    x = as_vectors(embeddings, "embeddings")
    labels = as_labels(labels, len(x), "labels")
    proxies = np.asarray(proxies, np.float32)
    if proxies.ndim != 3 or proxies.shape[2] != x.shape[1]:
        raise ValueError(
            f"Expected proxies of shape (classes, centers, {x.shape[1]}). "
            f"Received: shape={proxies.shape}"
        )
    classes, centers, _ = proxies.shape
    if labels.dtype.kind not in "iu" or np.any((labels < 0) | (labels >= classes)):
        raise ValueError(
            f"Expected labels as class indices from 0 to {classes - 1}. Received: {labels}"
        )
    own = _cosines_to_own_centers(labels, x, proxies)
    votes = np.zeros((classes, centers), int)
    np.add.at(votes, (labels, own.argmax(axis=1)), 1)
    dominant = votes.argmax(axis=1)[labels]
    return own[np.arange(len(x)), dominant] < math.cos(largest_angle)


def _cosines_to_own_centers(labels, x, proxies):
    x = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-30)
    units = proxies / np.maximum(np.linalg.norm(proxies, axis=2, keepdims=True), 1e-30)
    centers = range(proxies.shape[1])
    columns = [np.einsum("id,id->i", x, units[labels, k]) for k in centers]
    return np.stack(columns, axis=1)


@registered
class SubCenterArcFaceLoss(ProxyLoss):
    """`sub_center_arcface_loss` as a Keras loss: `loss(labels, cosines)`."""

    def __init__(
        self,
        margin=0.5,
        scale=64.0,
        name="sub_center_arcface_loss",
        reduction="sum_over_batch_size",
    ):
        settings = {
            "margin": angular_margin(margin),
            "scale": check_positive(scale, "scale"),
        }
        super().__init__(sub_center_arcface_loss, settings, name, reduction)
