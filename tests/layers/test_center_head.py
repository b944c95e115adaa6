"""The centers of classes: squared distances, precision, weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfmetric.layers import CenterHead

X = np.random.default_rng(0).normal(size=(6, 5)).astype(np.float32)


@pytest.mark.parametrize("offset", [0.0, 1000.0])
def test_gives_the_squared_distance_to_every_center(offset):
    x, head = X + np.float32(offset), CenterHead(3)
    centers = np.float32(np.random.default_rng(1).normal(size=(3, 5)) + offset)
    head.build((None, 5))
    head.set_weights([centers])
    expected = [[np.sum((np.float64(a) - b) ** 2) for b in centers] for a in x]
    np.testing.assert_allclose(head(x), expected, rtol=1e-4)


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16", "float16", "float64"])
def test_weights_and_distances_keep_their_precision(dtype):
    head = CenterHead(3, dtype=dtype)
    distances = head(np.float16(X))
    assert head.centers.dtype == "float32"
    assert distances.dtype == (tf.float64 if dtype == "float64" else tf.float32)


def test_settings_survive_a_round_trip():
    head = CenterHead(
        3, keras.initializers.RandomNormal(seed=4), keras.regularizers.L2(0.1)
    )
    again = CenterHead.from_config(head.get_config())
    assert again.get_config() == head.get_config()
    np.testing.assert_array_equal(again(X), head(X))
    assert np.isclose(head.losses[0], 0.1 * np.sum(np.square(head.centers)))


def test_refuses_what_has_no_sense():
    with pytest.raises(ValueError, match="Expected num_classes to be a whole number"):
        CenterHead(1)
    with pytest.raises(ValueError, match="expected ndim=2, found ndim=3"):
        CenterHead(3)(np.zeros((2, 8, 3)))
