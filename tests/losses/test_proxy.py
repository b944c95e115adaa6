"""The base of proxy losses: labels beyond float32, several losses on one head."""

import numpy as np
import pytest
import tensorflow as tf

from tfmetric import losses

pytestmark = pytest.mark.usefixtures("uncompiled")


def test_indices_beyond_float32_stay_apart():
    """Keras makes float32 of labels, in which 2**24 + 1 is 2**24."""
    own = 2**24 + 1
    squared_distances = np.zeros((1, 2**24 + 2), np.float32)
    squared_distances[0, own] = 8
    for labels in ([own], np.array([[own]]), tf.constant([own])):
        assert losses.CenterLoss()(labels, squared_distances) == 4
    with pytest.raises(ValueError, match="class indices from 0 to 16777217"):
        losses.CenterLoss()([own + 1], squared_distances)


def test_two_losses_read_one_head():
    labels, cosines = [0, 1], np.float32([[0.5, 0.1], [0.3, -0.2]])
    cosface, p2s = losses.CosFaceLoss(), losses.P2SGradLoss()
    both = losses.MultipleLosses({"cosface": cosface, "p2s": p2s}, weights={"p2s": 3})
    expected = cosface(labels, cosines) + 3 * p2s(labels, cosines)
    assert np.isclose(both(labels, cosines), expected)


def test_unknown_numbers_of_classes_are_refused():
    signature = [tf.TensorSpec([None], tf.int64), tf.TensorSpec([None, None])]
    graph = tf.function(losses.CosFaceLoss(), input_signature=signature)
    tf.config.run_functions_eagerly(False)
    with pytest.raises(ValueError, match=r"Expected cosines \(batch, classes\)"):
        graph(np.array([0]), np.float32([[0.5, 0.1]]))
