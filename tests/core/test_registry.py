"""Names, configs and objects resolved to an object."""

import keras
import pytest

from tfmetric import distances
from tfmetric._core._registry import resolve

TABLE = {"cosine": distances.Cosine}


def test_resolves_a_name_an_object_and_a_config():
    cosine = distances.Cosine()
    assert resolve(cosine, TABLE, distances.Distance, "distance") is cosine
    for form in ("cosine", keras.saving.serialize_keras_object(cosine)):
        found = resolve(form, TABLE, distances.Distance, "distance")
        assert type(found) is distances.Cosine


@pytest.mark.parametrize("wrong", ["Cosine", None, 1, ["cosine"], {"name": "cosine"}])
def test_refuses_everything_else(wrong):
    with pytest.raises(ValueError, match="Expected distance to be"):
        resolve(wrong, TABLE, distances.Distance, "distance")


def test_refuses_an_object_of_another_kind():
    config = keras.saving.serialize_keras_object(keras.losses.MeanSquaredError())
    with pytest.raises(ValueError, match="Expected distance to be a name or a Distance"):
        resolve(config, TABLE, distances.Distance, "distance")
