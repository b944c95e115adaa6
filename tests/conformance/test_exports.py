"""Every exported object is reachable once, and known to Keras by name."""

import inspect

import keras
import pytest
from conformance.exports import ROOMS, exports

OBJECTS = [(room.__name__, item) for room in ROOMS for item in exports(room)]
NAMES = [f"{room}.{getattr(item, '__name__', item)}" for room, item in OBJECTS]


def test_every_object_has_one_public_path():
    identities = [id(item) for _, item in OBJECTS]
    assert len(set(identities)) == len(identities)


@pytest.mark.parametrize("item", [item for _, item in OBJECTS], ids=NAMES)
def test_keras_knows_what_can_be_saved(item):
    savable = inspect.isclass(item) and hasattr(item, "get_config")
    if savable and not inspect.isabstract(item) and not is_base(item):
        assert keras.saving.get_registered_name(item) == f"tfmetric>{item.__name__}"
        assert keras.saving.get_registered_object(f"tfmetric>{item.__name__}") is item


def is_base(item):
    """Bases of losses have no function of their own, so nothing to save."""
    return "function" in inspect.signature(item).parameters
