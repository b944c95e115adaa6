"""Every exported distance: settings, precision, and what makes it a distance."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from conformance.exports import batch, build, classes

from tfmetric import distances

NOT_ZERO_FOR_EQUALS = {"DotProduct"}
NO_NAME = {"Lp"}


@pytest.fixture(
    params=classes(distances, distances.Distance), ids=lambda item: item.__name__
)
def distance(request):
    return build(request.param)


def test_config_round_trip(distance):
    config = keras.saving.serialize_keras_object(distance)
    again = keras.saving.deserialize_keras_object(config)
    _, x = batch()
    assert type(again) is type(distance)
    assert repr(again) == repr(distance)
    np.testing.assert_array_equal(again(x), distance(x))


def test_is_symmetric_and_zero_for_equal_vectors(distance):
    name = type(distance).__name__
    _, x = batch()
    d = distance(x).numpy()
    assert np.allclose(d, d.T, atol=1e-6) == distance.symmetric == (name != "SNR")
    assert (d.min() < 0) == distance.negative == (name == "DotProduct")
    for equals in (np.diag(d), distance.paired(x, x)):
        assert (np.abs(equals).max() < 1e-6) == (name not in NOT_ZERO_FOR_EQUALS)


def test_grows_with_remoteness(distance):
    # Itself, a little changed, much changed, the opposite.
    b = [[1.0, 2.0, 3.0], [1.0, -0.1, 3.0], [0.5, -2.0, -0.5], [-1.0, -2.0, -3.0]]
    d = distance([[1.0, 2.0, 3.0]], b).numpy()
    assert np.all(np.diff(d[0]) > 0)


def test_the_matrix_its_cells_and_two_sets_agree(distance):
    _, x = batch()
    d = distance(x).numpy()
    np.testing.assert_allclose(distance(x[:3], x[3:]), d[:3, 3:], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        distance.paired(x[:5], x[5:]), np.diag(d[:5, 5:]), rtol=1e-5, atol=1e-6
    )


def test_graph_of_any_size_and_eager_agree(distance):
    graph = tf.function(distance, input_signature=[tf.TensorSpec([None, None])])
    _, x = batch()
    for rows in (10, 1, 0):
        np.testing.assert_allclose(graph(x[:rows]), distance(x[:rows]), atol=1e-6)


def test_blocks_are_rows_of_the_matrix(distance):
    _, x = batch()
    np.testing.assert_allclose(
        distance.batched(x, x[2:5], rows=4), distance(x, x[2:5]), rtol=1e-5, atol=1e-6
    )


def test_is_found_by_a_name(distance):
    name = type(distance).__name__
    if name in NO_NAME:
        return
    words = name.lower() if name.isupper() else snake(name)
    assert type(distances.get(words)) is type(distance)


def snake(name):
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)[1:]
