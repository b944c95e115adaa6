import keras
import numpy as np
import pytest

from tfmetric.models import JointNetwork
from tfmetric.serving import export_saved_model


@pytest.fixture(scope="package")
def images():
    """Colour images with pixels of 0..255."""
    generator = np.random.default_rng(0)
    return generator.integers(0, 256, (70, 6, 5, 3)).astype(np.float32)


@pytest.fixture(scope="package")
def joint(images):
    """A joint network whose code fills a byte and a half."""
    layers = keras.layers
    encoder = [layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(7)]
    model = JointNetwork(keras.Sequential(encoder), embedding_dim=5, bits=12)
    model(images)
    return model


@pytest.fixture(scope="package")
def joint_path(joint, tmp_path_factory):
    """The folder of its export."""
    return export_saved_model(joint, tmp_path_factory.mktemp("joint"))
