"""What the rooms export is documented, importable and nothing else."""

import inspect
import subprocess
import sys
import textwrap
from importlib import import_module

import pytest

import tfmetric

ROOMS = [
    *tfmetric.__all__,
    "addons.losses",
    "addons.losses.metric_learning",
    "distances.codes",
    "layers.regularizers",
    "losses.hashing",
]


@pytest.mark.parametrize("room", ROOMS)
def test_exports_exist_and_say_what_they_are(room):
    module = import_module(f"tfmetric.{room}")
    assert module.__doc__
    assert sorted(set(module.__all__)) == sorted(module.__all__)
    for name in module.__all__:
        assert vars(module)[name].__doc__, f"{room}.{name} has no docstring of its own"


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_shows_only_what_it_exports(room):
    module = import_module(f"tfmetric.{room}")
    shown = {name for name in vars(module) if not name.startswith("_")}
    extra = {
        name
        for name in shown - set(module.__all__)
        if not inspect.ismodule(getattr(module, name)) and name != "resolve"
    }
    assert not extra


def test_rooms_load_on_first_use_and_unknown_names_say_so():
    assert tfmetric.metrics.recall_at_k
    assert set(tfmetric.__all__) <= set(dir(tfmetric))
    with pytest.raises(AttributeError, match="no attribute 'mertics'"):
        _ = tfmetric.mertics


def test_importing_the_package_loads_little_beside_keras():
    script = textwrap.dedent(
        """
        import sys, keras, keras.backend
        before = set(sys.modules)
        import tfmetric
        added = {name.partition(".")[0] for name in set(sys.modules) - before}
        assert "tfmetric" in added
        assert not added & {"cv2", "faiss", "matplotlib", "pandas", "PIL"}, added
        assert {"tfmetric.metrics", "tfmetric.models"} <= set(sys.modules)
        assert "tfmetric.addons" not in sys.modules
        """
    )
    subprocess.run([sys.executable, "-c", script], check=True)
