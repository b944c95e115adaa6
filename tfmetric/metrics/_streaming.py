"""Metrics of pairs and triplets that Keras keeps while it trains and evaluates."""

import keras
import tensorflow as tf

from tfmetric._core._checks import check_number
from tfmetric._core._registry import registered


@registered
class PairAccuracy(keras.metrics.Mean):
    """Share of pairs decided rightly by a threshold on their distance.

    A pair is taken for one of the same class if its distance is at most the threshold,
    as in `threshold_scores`, of which this is the accuracy. For
    `SiameseNetwork.compile(metrics=[…])` with head "distance" or "difference"; head
    "similarity" gives a probability, which `keras.metrics.BinaryAccuracy` scores. A
    saved model keeps the threshold with its metrics.

    Args:
        threshold: a distance, such as `best_threshold` finds on other pairs.
        name, dtype: as Keras has them.

    Shapes: targets, 1 for a pair of one class and 0 for any other, and distances, both
    (batch,) or (batch, 1).

    Raises:
        ValueError: the threshold is no finite number.

    Example: 0.7 is of one class, and rejected.

        >>> accuracy = PairAccuracy(threshold=0.5)
        >>> accuracy.update_state([1, 1, 0, 0], [0.1, 0.7, 0.8, 0.9])
        >>> float(accuracy.result())
        0.75
    """

    def __init__(self, threshold, name="pair_accuracy", dtype=None):
        super().__init__(name, dtype)
        self.threshold = check_number(threshold, "threshold")

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds a batch of pairs."""
        same, distances = _pairs(y_true, y_pred)
        right = tf.equal(distances <= self.threshold, same)
        super().update_state(tf.cast(right, tf.float32), sample_weight)

    def get_config(self):
        """Settings to rebuild the metric from."""
        return {"name": self.name, "dtype": self.dtype, "threshold": self.threshold}


@registered
class TripletAccuracy(keras.metrics.Mean):
    """Share of triplets whose positive is nearer to the anchor than the negative.

    For `TripletNetwork.compile(metrics=[TripletAccuracy()])`. Equal distances count as
    wrong, so a collapsed embedding scores 0. Targets are not looked at.

    Args:
        name, dtype: as Keras has them.

    Shapes: distances (batch, 2), of the anchor to the positive and to the negative.

    Raises:
        ValueError: not two distances for each triplet.

    Example:

        >>> accuracy = TripletAccuracy()
        >>> accuracy.update_state(None, [[0.1, 0.7], [0.3, 0.2], [0.5, 0.5], [1, 2]])
        >>> float(accuracy.result())
        0.5
    """

    def __init__(self, name="triplet_accuracy", dtype=None):
        super().__init__(name, dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds a batch of triplets."""
        distances = tf.cast(y_pred, tf.float32)
        if distances.shape[1:] != (2,):
            raise ValueError(
                "Expected distances of shape (batch, 2), to positive and negative. "
                f"Received: shape={distances.shape}"
            )
        right = distances[:, 0] < distances[:, 1]
        super().update_state(tf.cast(right, tf.float32), sample_weight)


_BINS = 2**16  # the upper half of a float32: sign, exponent, 7 bits of the fraction


@registered
class PairAUC(keras.metrics.Metric):
    """Area under the ROC curve of pairs, decided by their distance.

    The streaming form of `pair_roc_auc`: the chance that a pair of one class is nearer
    than a pair of two. It counts pairs by the upper 16 bits of their distance, so needs
    no range of thresholds; distances that differ by less than 1 part in 128 may fall
    together, and then count half, as ties do. For `SiameseNetwork.compile(metrics=[…])`
    with head "distance" or "difference"; head "similarity" gives a probability, which
    `keras.metrics.AUC` scores.

    Args:
        name, dtype: as Keras has them.

    Shapes: targets, 1 for a pair of one class and 0 for any other, and distances, both
    (batch,) or (batch, 1).

    Returns:
        `result()` in 0..1; 0 until both kinds of pair have been seen.

    Cost: two tables of 65,536 counts.

    Example: of the four comparisons only 0.5 against 0.4 is wrong.

        >>> area = PairAUC()
        >>> area.update_state([1, 1, 0, 0], [0.1, 0.5, 0.4, 0.9])
        >>> float(area.result())
        0.75
    """

    def __init__(self, name="pair_auc", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.counts = self.add_variable((2, _BINS), "zeros", name="counts")

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds a batch of pairs."""
        same, distances = _pairs(y_true, y_pred)
        kind = tf.cast(same, tf.int32)
        weights = tf.ones_like(distances)
        if sample_weight is not None:
            weights *= tf.reshape(tf.cast(sample_weight, tf.float32), [-1])
        cells = kind * _BINS + _bins(distances)
        added = tf.math.unsorted_segment_sum(weights, cells, 2 * _BINS)
        self.counts.assign_add(tf.reshape(added, [2, _BINS]))

    def result(self):
        """The area over all pairs since the last reset."""
        different, same = tf.unstack(tf.cast(self.counts, tf.float64))
        nearer = tf.cumsum(same, exclusive=True) + same / 2
        total = tf.reduce_sum(same) * tf.reduce_sum(different)
        area = tf.math.divide_no_nan(tf.reduce_sum(different * nearer), total)
        return tf.cast(area, tf.float32)


def _pairs(y_true, y_pred):
    same = tf.reshape(tf.cast(y_true, tf.float32), [-1]) > 0.5
    return same, tf.reshape(tf.cast(y_pred, tf.float32), [-1])


def _bins(distances):
    """Numbers of bins that rise with the distance."""
    bits = tf.bitcast(distances + 0.0, tf.int32)  # -0.0 becomes 0.0
    rising = tf.where(bits < 0, bits ^ 0x7FFFFFFF, bits)
    return tf.bitwise.right_shift(rising, 16) + _BINS // 2
